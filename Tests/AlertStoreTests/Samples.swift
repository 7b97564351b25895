import AlertStore
import Engine
import Events
import Foundation
import TestSupport

/// A directory that is gone with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "alerts-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var store: String { path + "/alerts.sqlite" }

    func open(engineVersion: UInt32 = 1) throws -> AlertStore {
        try AlertStore(path: store, newEpoch: "7f3a", engineVersion: engineVersion)
    }
}

/// The alarm of EXAMPLES.md and variations of it.
enum Sample {
    static let rule: Rule = {
        var rule = Rule(
            id: "gas-lel", title: .init(zh: "可燃气体浓度超限", en: "Combustible gas concentration high"), domain: "gas",
            message: .init(
                zh: "{subject.name} 可燃气体 {value} {unit},达到 {threshold} {unit}",
                en: "{subject.name}: gas {value} {unit}, threshold {threshold} {unit}"),
            input: .init(type: "reading", metric: "gas.lel", unit: "%LEL"),
            values: [.init(name: "value", kind: .reading)], ladder: [])
        rule.lead = "市住建局"
        rule.support = ["市应急管理局"]
        rule.runbook = "docs/runbooks/gas-lel.md"
        rule.version = "sha256:9c41e0"
        return rule
    }()

    static let ruleSet = RuleSet(
        rules: [rule], version: "sha256:set", files: [.init(path: "gas/gas-lel.yml", text: "id: gas-lel\n")])

    static let registry = Registry(
        subjects: [.init(id: "RQ-0457", name: .init(zh: "人民中路阀井", en: "Valve well"))],
        areas: [.init(code: "320213021000", name: .init(zh: "无锡市梁溪区崇安寺街道", en: "Chong'ansi"))])

    /// 2026-07-01T08:15:00+08:00
    static let at = Timestamp(seconds: 1_782_864_900)

    static func decision(
        _ position: Int64, _ transition: Decision.Transition = .raised, episode: Int64? = nil, key: String = "RQ-0457",
        level: Level? = .orange, peak: Level = .orange, area: String = "320213021000"
    ) throws -> Decision {
        var blank = [UInt8](repeating: 0, count: 12 + 12 + 8 * 4 + 4 + 2)
        blank += [1] + [UInt8](repeating: 0, count: 5 * 8 + 3 * 8 + 8 + 2)
        var decision = try Decision(decoding: blank)
        decision.id = .init(position: position, ordinal: 0)
        decision.episode = .init(position: episode ?? position, ordinal: 0)
        decision.rule = "gas-lel"
        decision.ruleVersion = "sha256:9c41e0"
        decision.transition = transition
        decision.reason = transition == .resolved ? .cleared : .none
        decision.level = transition == .resolved ? nil : level
        decision.peak = peak
        decision.score = 78.9
        decision.revision = 17
        (decision.key, decision.subject, decision.area) = (key, key, area)
        (decision.longitude, decision.latitude) = (120.3005, 31.5768)
        (decision.valueName, decision.value, decision.threshold) = ("value", 31.5, 25)
        decision.startedAt = at - .seconds(30)
        decision.at = at
        decision.decidedAt = at + .milliseconds(2114)
        (decision.source, decision.eventID, decision.eventPosition) = ("zjj-gw-07", "e-\(position)", position)
        return decision
    }

    static func turn(
        _ decisions: [Decision], positions: ClosedRange<Int64>? = nil, ruleSet: RuleSet = ruleSet,
        received: Timestamp = at
    ) -> Turn {
        Turn(
            positions: positions ?? decisions[0].id.position...decisions[decisions.count - 1].id.position,
            decisions: decisions, ruleSet: ruleSet, registry: registry, received: received)
    }
}
