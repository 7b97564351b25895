import CivilTime
import Events

/// How a table writes its times: `rfc3339`, a pattern of `yyyy M d H m s S Z` with the text between them, or a number of steps.
///
/// A doubled letter takes at least two digits, a single one takes one or two; yyyy takes four. As many `S`, up to six, as the
/// fraction of a second has digits. `Z` is an offset in the cell (`Z`, `+0800`, `+08:00`); without it the zone is a fixed offset.
public struct TimePattern: Equatable, Sendable {
    private enum Part: Equatable, Sendable {
        case field(UInt8, digits: ClosedRange<Int>)
        case zone
        case text(UInt8)
    }

    private enum Form: Equatable, Sendable {
        case rfc3339(zoneMinutes: Int?)
        case pattern([Part], zoneMinutes: Int?)
        case steps(TimeSpan, since: Timestamp)
    }

    /// The letters of a pattern and how often each may be repeated.
    private static let longest: [UInt8: Int] = Dictionary(
        uniqueKeysWithValues: [("y", 4), ("M", 2), ("d", 2), ("H", 2), ("m", 2), ("s", 2), ("S", 6), ("Z", 1)].map {
            (Character($0.0).asciiValue!, $0.1)
        })

    private let form: Form

    /// The cell holds how many steps have passed since a moment.
    public init(step: TimeSpan, since: Timestamp) { form = .steps(step, since: since) }

    /// nil where the pattern lacks a year, month or day, names a field twice, or has no zone or two.
    public init?(_ pattern: String, zoneMinutes: Int?) {
        guard pattern != "rfc3339" else {
            form = .rfc3339(zoneMinutes: zoneMinutes)
            return
        }
        var parts: [Part] = []
        var letters: [UInt8] = []
        var rest = ArraySlice(pattern.utf8)
        while let byte = rest.first {
            let run = rest.prefix { $0 == byte }.count
            guard let most = Self.longest[byte] else {
                parts.append(.text(byte))
                rest = rest.dropFirst()
                continue
            }
            guard !letters.contains(byte), run <= most else { return nil }
            letters.append(byte)
            switch byte {
            case UInt8(ascii: "Z"): parts.append(.zone)
            case UInt8(ascii: "y"): parts.append(.field(byte, digits: 4...4))
            case UInt8(ascii: "S"): parts.append(.field(byte, digits: run...run))
            default: parts.append(.field(byte, digits: run...2))
            }
            rest = rest.dropFirst(run)
        }
        guard Array("yMd".utf8).allSatisfy(letters.contains),
            letters.contains(UInt8(ascii: "Z")) == (zoneMinutes == nil)
        else { return nil }
        form = .pattern(parts, zoneMinutes: zoneMinutes)
    }

    /// nil where the text has another form or no such moment exists.
    public func parse(_ text: some Sequence<UInt8>) -> Timestamp? {
        let bytes = Array(text)
        switch form {
        case .rfc3339(let zone): return bytes.withUnsafeBytes { NDJSONFile.timestamp($0, zone: zone) }
        case .pattern(let parts, let zone): return Self.parse(bytes[...], parts, zone)
        case .steps(let step, let since):
            let (span, isTooLong) =
                Int64(String(decoding: bytes, as: UTF8.self))
                .map { $0.multipliedReportingOverflow(by: step.microseconds) } ?? (0, true)
            let (moment, isTooFar) = since.microseconds.addingReportingOverflow(span)
            return isTooLong || isTooFar ? nil : Timestamp(microseconds: moment)
        }
    }

    private static func parse(_ text: ArraySlice<UInt8>, _ parts: [Part], _ zoneMinutes: Int?) -> Timestamp? {
        var rest = text
        var (year, month, day, hour, minute, second, microsecond) = (0, 0, 0, 0, 0, 0, 0)
        var offset = zoneMinutes ?? 0
        for part in parts {
            switch part {
            case .text(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            case .zone:
                guard let read = Self.offset(&rest) else { return nil }
                offset = read
            case .field(let letter, let digits):
                let run = rest.prefix(digits.upperBound).prefix { $0 &- 48 <= 9 }
                guard run.count >= digits.lowerBound else { return nil }
                rest = rest.dropFirst(run.count)
                let value = run.reduce(0) { $0 * 10 + Int($1 - 48) }
                switch letter {
                case UInt8(ascii: "y"): year = value
                case UInt8(ascii: "M"): month = value
                case UInt8(ascii: "d"): day = value
                case UInt8(ascii: "H"): hour = value
                case UInt8(ascii: "m"): minute = value
                case UInt8(ascii: "s"): second = value
                default: microsecond = (run.count..<6).reduce(value) { value, _ in value * 10 }
                }
            }
        }
        guard rest.isEmpty, CivilDate.isValid(year: year, month: month, day: day), hour <= 23, minute <= 59,
            second <= 59
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        return Timestamp(microseconds: Int64(seconds * 1_000_000 + microsecond))
    }

    /// Takes `Z`, `+0800` or `+08:00` from the front: minutes east of Greenwich.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let sign = rest.popFirst() else { return nil }
        if sign == UInt8(ascii: "Z") { return 0 }
        let hours = twoDigits(&rest)
        if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours, let minutes = twoDigits(&rest),
            hours <= 23, minutes <= 59
        else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func twoDigits(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let pair = rest.prefix(2)
        guard pair.count == 2, pair.allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
        rest = rest.dropFirst(2)
        return pair.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
