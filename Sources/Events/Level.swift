/// The four warning colours; a rule at rest has none (`Level?` nil).
public enum Level: UInt8, CaseIterable, Comparable, Sendable, BitwiseCopyable {
    case blue = 1
    case yellow = 2
    case orange = 3
    case red = 4

    /// 1 blue … 4 red: never the roman numerals, whose order is reversed.
    @inlinable public var rank: Int { Int(rawValue) }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    public var name: String {
        switch self {
        case .blue: "blue"
        case .yellow: "yellow"
        case .orange: "orange"
        case .red: "red"
        }
    }

    public var zh: String {
        switch self {
        case .blue: "蓝色"
        case .yellow: "黄色"
        case .orange: "橙色"
        case .red: "红色"
        }
    }

    public init?(name: some StringProtocol) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }
}
