import AlertStore
import Engine
import Events

/// Who is told when a rule raises at a level in an area: topics, the subscriptions that receive them, and why not.
public struct RuleRoute: Equatable, Sendable {
    /// Why nothing goes out.
    public enum Withheld: String, Sendable {
        /// Evaluated and stored.
        case sandbox
        /// Not evaluated.
        case disabled
    }

    public struct Subscription: Equatable, Sendable {
        public var prefix: String
        /// Of the registry, where it knows the area.
        public var areaName: Rule.Bilingual?
    }

    public let level: Level
    /// 12 digits, zeros where unknown.
    public let area: String
    public let areaName: Rule.Bilingual?
    public let withheld: Withheld?
    /// By domain, by area, by level.
    public let topics: [String]
    /// Prefixes that receive it, from the narrowest area to the widest, then by domain and level.
    public let subscriptions: [Subscription]

    public init(_ rule: Rule, level: Level, area code: String, exercise: Bool = false, registry: Registry = .empty) {
        self.level = level
        area = Leaf.padded(code)
        areaName = AreaCode(code).flatMap { _ in registry.area(code)?.name }
        switch rule.status {
        case .sandbox: withheld = .sandbox
        case .disabled: withheld = .disabled
        case .incubating, .stable, .deprecated: withheld = nil
        }
        let leaf = Leaf(kind: "alarm", exercise: exercise, domain: rule.domain, level: level, area: area)
        topics = leaf.topics
        let root = (exercise ? "exercise/" : "") + "alarm"
        let areas = Self.prefixes(of: code).map { prefix in
            Subscription(prefix: "\(root)/area/\(prefix)", areaName: Self.name(of: prefix, registry))
        }
        let others = ["domain/\(rule.domain)/", "domain/\(rule.domain)/\(level.name)/", "level/\(level.name)/"]
        subscriptions = areas + others.map { Subscription(prefix: "\(root)/\($0)") }
        precondition(leaf.matches([subscriptions[0].prefix]), "the subscriptions named receive the notice")
    }

    /// The digits at which subscriptions are cut, the area's own first; an unknown area has only its zeros.
    private static func prefixes(of code: String) -> [String] {
        guard let area = AreaCode(code) else { return ["000000000000/"] }
        let own = String(area.prefix.prefix(12))
        return [own] + [9, 6, 4, 2].filter { $0 < own.count }.map { String(own.prefix($0)) }
    }

    private static func name(of prefix: String, _ registry: Registry) -> Rule.Bilingual? {
        let padded = prefix + String(repeating: "0", count: max(0, 12 - prefix.count))
        return registry.areas.first { Leaf.padded($0.code) == padded }?.name
    }
}
