/// A set of code points, as a pattern writes it.
struct ScalarClass: Sendable {
    /// Sorted, apart from each other.
    private var ranges: [ClosedRange<UInt32>] = []
    private var categories: [CategoryTest] = []
    private(set) var negated = false

    struct CategoryTest: Sendable {
        var category: String
        var negated: Bool
    }

    init(_ ranges: [ClosedRange<UInt32>] = []) {
        for range in ranges { self.ranges.append(range) }
        merge()
    }

    static let any = ScalarClass([0...0x10FFFF])
    static let notNewline = ScalarClass([0...9, 11...0x10FFFF])
    static let digit = ScalarClass([48...57])
    static let word = ScalarClass([48...57, 65...90, 95...95, 97...122])
    static let space = ScalarClass([9...10, 12...13, 32...32])

    var inverted: ScalarClass {
        var copy = self
        copy.negated.toggle()
        return copy
    }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    /// Adds another class, inverted or not.
    mutating func insert(_ other: ScalarClass) {
        precondition(other.categories.isEmpty || !other.negated)
        categories.append(contentsOf: other.categories)
        ranges.append(contentsOf: other.negated ? other.complement() : other.ranges)
    }

    private func complement() -> [ClosedRange<UInt32>] {
        var out: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { out.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { out.append(next...0x10FFFF) }
        return out
    }

    /// Sorts and joins what was inserted; call once when the class is complete.
    mutating func merge() {
        ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    /// Adds the other case of every letter: ASCII letters, and others where the class names few enough to list.
    mutating func foldCase() {
        for range in ranges where range.count <= 2_000 {
            for value in range {
                guard let scalar = Unicode.Scalar(value) else { continue }
                for text in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                    if text.unicodeScalars.count == 1, let other = text.unicodeScalars.first, other != scalar {
                        ranges.append(other.value...other.value)
                    }
                }
            }
        }
        merge()
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if value < ranges[middle].lowerBound {
                high = middle
            } else if value > ranges[middle].upperBound {
                low = middle + 1
            } else {
                return !negated
            }
        }
        for test in categories where Self.belongs(scalar, to: test.category) != test.negated { return !negated }
        return negated
    }

    /// `\p{name}`: a general category (`L`, `Lu`, …) or the script `Han`; nil when it is neither.
    static func named(_ name: String, negated: Bool) -> ScalarClass? {
        if name == "Han" {
            let han = ScalarClass([
                0x2E80...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF,
                0x4E00...0x9FFF, 0xF900...0xFAD9, 0x20000...0x3FFFD,
            ])
            return negated ? han.inverted : han
        }
        let known: Set<String> = [
            "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
            "Pe",
            "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cs",
        ]
        guard known.contains(name) else { return nil }
        var set = ScalarClass()
        set.categories = [CategoryTest(category: name, negated: negated)]
        return set
    }

    private static func belongs(_ scalar: Unicode.Scalar, to category: String) -> Bool {
        abbreviation(scalar.properties.generalCategory).hasPrefix(category)
    }

    private static func abbreviation(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
