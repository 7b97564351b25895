import CivilTime
import Events

/// How a table writes its times: `rfc3339`, or a pattern of `yyyy M d H m s` with the text between them.
///
/// A doubled letter takes at least two digits, a single one takes one or two; yyyy takes four. Zones are fixed offsets.
public struct TimePattern: Equatable, Sendable {
    private enum Part: Equatable, Sendable {
        case field(UInt8, digits: ClosedRange<Int>)
        case text(UInt8)
    }

    private let parts: [Part]
    private let isRFC3339: Bool
    private let zoneMinutes: Int?

    /// nil where the pattern lacks a year, month or day, names a field twice, or has no zone and needs one.
    public init?(_ pattern: String, zoneMinutes: Int?) {
        self.zoneMinutes = zoneMinutes
        isRFC3339 = pattern == "rfc3339"
        guard !isRFC3339 else {
            parts = []
            return
        }
        guard zoneMinutes != nil else { return nil }
        var parts: [Part] = []
        var letters: [UInt8] = []
        var rest = ArraySlice(pattern.utf8)
        while let byte = rest.first {
            let run = rest.prefix { $0 == byte }.count
            guard Array("yMdHms".utf8).contains(byte) else {
                parts.append(.text(byte))
                rest = rest.dropFirst()
                continue
            }
            guard !letters.contains(byte), run <= (byte == UInt8(ascii: "y") ? 4 : 2) else { return nil }
            letters.append(byte)
            parts.append(.field(byte, digits: byte == UInt8(ascii: "y") ? 4...4 : run...2))
            rest = rest.dropFirst(run)
        }
        guard Array("yMd".utf8).allSatisfy(letters.contains) else { return nil }
        self.parts = parts
    }

    /// nil where the text has another form or no such moment exists.
    public func parse(_ text: some Sequence<UInt8>) -> Timestamp? {
        var rest = ArraySlice(Array(text))
        if isRFC3339 { return NDJSONFile.timestamp(rest, zone: zoneMinutes) }
        var (year, month, day, hour, minute, second) = (0, 0, 0, 0, 0, 0)
        for part in parts {
            switch part {
            case .text(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
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
                default: second = value
                }
            }
        }
        guard rest.isEmpty, CivilDate.isValid(year: year, month: month, day: day), hour <= 23, minute <= 59,
            second <= 59
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        return Timestamp(seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second - (zoneMinutes ?? 0) * 60))
    }
}
