/// Compiled zone files (RFC 9636, `TZif`) as tables.
extension ZoneTable {
    /// A file's rule for the years to come is written out up to the end of this one.
    public static let lastYear = 2099

    /// nil where the bytes are not a file of version 2 or later, or end with a rule that is not known here.
    public init?(name: String, file bytes: [UInt8]) {
        guard let block = ZoneBlock(bytes), block.kinds > 0 else { return nil }
        var transitions: [Transition] = []
        for index in 0..<block.transitions {
            guard let transition = block.transition(index) else { return nil }
            if let last = transitions.last, last.from >= transition.from { return nil }
            transitions.append(transition)
        }
        guard let initial = block.offset(0), let footer = ZoneRule(block.footer) else { return nil }
        let last = transitions.last?.from ?? Int.min
        let end = transitions.last.map { CivilDate(daysSinceEpoch: floorDivide($0.from, 86_400)).year } ?? 1970
        for year in end...max(end, Self.lastYear) {
            transitions += footer.transitions(of: year).filter { $0.from > last }
        }
        self.init(name: name, initialOffsetSeconds: initial, transitions: transitions)
    }
}

/// The second block of a zone file, whose times have 64 bits.
private struct ZoneBlock {
    let bytes: [UInt8]
    let transitions: Int
    let kinds: Int
    private let times: Int
    private let end: Int

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard let first = Self.counts(bytes, 0), bytes[4] >= UInt8(ascii: "2") else { return nil }
        let header = 44 + Self.length(first, timeBytes: 4)
        guard let second = Self.counts(bytes, header) else { return nil }
        (transitions, kinds, times) = (second[3], second[4], header + 44)
        end = times + Self.length(second, timeBytes: 8)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\n") else { return nil }
    }

    /// What stands between the last two line ends.
    var footer: ArraySlice<UInt8> { bytes[(end + 1)...].dropLast() }

    func transition(_ index: Int) -> ZoneTable.Transition? {
        let kind = Int(bytes[times + transitions * 8 + index])
        return offset(kind).map {
            ZoneTable.Transition(from: Self.number(bytes, times + index * 8, 8), offsetSeconds: $0)
        }
    }

    func offset(_ kind: Int) -> Int? {
        kind < kinds ? Self.number(bytes, times + transitions * 9 + kind * 6, 4) : nil
    }

    /// Universal-time flags, standard-time flags, leap seconds, transitions, kinds, letters.
    private static func counts(_ bytes: [UInt8], _ at: Int) -> [Int]? {
        guard bytes.count >= at + 44, bytes[at...].starts(with: "TZif".utf8) else { return nil }
        let counts = (0..<6).map { number(bytes, at + 20 + $0 * 4, 4) }
        return counts.allSatisfy { (0...1_000_000).contains($0) } ? counts : nil
    }

    private static func length(_ counts: [Int], timeBytes: Int) -> Int {
        counts[3] * (timeBytes + 1) + counts[4] * 6 + counts[5] + counts[2] * (timeBytes + 4) + counts[1] + counts[0]
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int {
        let value = bytes[at..<(at + width)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(truncatingIfNeeded: value)
    }
}
