/// An administrative division code of 6, 9, 12 or 14 digits (GB/T 2260, street, community, grid cell).
///
/// Containment is by prefix once the trailing zero pairs that mean "the whole of it" are cut: 320200 holds 3202….
public struct AreaCode: Hashable, Sendable, BitwiseCopyable {
    /// The digits as a number, and how many of them there are.
    public let digits: UInt64
    public let length: UInt8

    public init?(_ text: some StringProtocol) {
        var copy = String(text)
        let parsed = copy.withUTF8 { AreaCode(bytes: UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    public init?(bytes: UnsafeRawBufferPointer) {
        let count = bytes.count
        guard count == 6 || count == 9 || count == 12 || count == 14 else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            let digit = byte &- 48
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        guard bytes[0] != 48 else { return nil }
        digits = value
        length = UInt8(bytes.count)
    }

    public var text: String { String(digits) }

    /// The form in topics: 12 digits, a grid cell cut to its community.
    public var padded: String {
        length > 12 ? String(text.prefix(12)) : text + String(repeating: "0", count: 12 - Int(length))
    }

    /// The digits that every code inside this area begins with.
    public var prefix: String {
        var kept = Substring(text)
        if kept.count > 9, kept.dropFirst(9).allSatisfy({ $0 == "0" }) { kept = kept.prefix(9) }
        if kept.count > 6, kept.dropFirst(6).allSatisfy({ $0 == "0" }) { kept = kept.prefix(6) }
        while kept.count <= 6, kept.count > 2, kept.hasSuffix("00") { kept = kept.dropLast(2) }
        return String(kept)
    }

    public func contains(_ other: AreaCode) -> Bool { other.text.hasPrefix(prefix) }
}
