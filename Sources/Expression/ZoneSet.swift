import CivilTime

/// The named zones an evaluation may use; offsets such as `+08:00` and `UTC` need no table.
public struct ZoneSet: Sendable, Equatable {
    /// Sorted by name.
    public let tables: [ZoneTable]

    public static let none = ZoneSet([])

    public init(_ tables: [ZoneTable]) {
        self.tables = tables.sorted { Text.order($0.name, $1.name) < 0 }
    }

    /// Seconds east of Greenwich at a moment; nil when the zone is not known.
    func offset(of name: String, at seconds: Int64) -> Int64? {
        if name == "UTC" { return 0 }
        if let fixed = Self.fixedOffset(name) { return fixed }
        var low = 0
        var high = tables.count
        while low < high {
            let middle = (low + high) / 2
            let order = Text.order(tables[middle].name, name)
            if order == 0 { return Int64(tables[middle].offset(at: Int(seconds))) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// `[+-]hh:mm`, the sign optional.
    private static func fixedOffset(_ name: String) -> Int64? {
        var bytes = Array(name.utf8.prefix(8))
        let negative = bytes.first == UInt8(ascii: "-")
        if negative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]]
        guard digits.allSatisfy(Lexer.isDigit) else { return nil }
        let numbers = digits.map { Int64($0 - 48) }
        let hours = numbers[0] * 10 + numbers[1]
        let minutes = numbers[2] * 10 + numbers[3]
        guard hours < 24, minutes < 60 else { return nil }
        return (negative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
