import CivilTime

/// A moment: microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Comparable, Hashable, Sendable, BitwiseCopyable {
    public var microseconds: Int64

    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }
    @inlinable public init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

    /// Before every real event; the watermark of a source that has sent nothing.
    public static let distantPast = Timestamp(microseconds: .min / 4)
    public static let distantFuture = Timestamp(microseconds: .max / 4)

    @inlinable public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
    @inlinable public static func + (a: Self, b: TimeSpan) -> Self {
        .init(microseconds: a.microseconds + b.microseconds)
    }
    @inlinable public static func - (a: Self, b: TimeSpan) -> Self {
        .init(microseconds: a.microseconds - b.microseconds)
    }
    @inlinable public static func - (a: Self, b: Self) -> TimeSpan {
        .init(microseconds: a.microseconds - b.microseconds)
    }

    /// As `formatted`; empty for a moment before 1970: under event time nothing has a stamp before the first event.
    public var formattedStamp: String { microseconds <= 0 ? "" : formatted() }

    /// RFC 3339 with the given offset; three fraction digits when the moment has milliseconds, six when it has more.
    public func formatted(offsetMinutes: Int = 480) -> String {
        let seconds = floorDivide(Int(microseconds), 1_000_000)
        let rest = Int(microseconds) - seconds * 1_000_000
        let digits = rest == 0 ? 0 : rest % 1000 == 0 ? 3 : 6
        return RFC3339.format(
            seconds: seconds, nanoseconds: Int32(rest * 1000), offsetMinutes: offsetMinutes, fractionDigits: digits)
    }
}
