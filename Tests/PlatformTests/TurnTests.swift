import AlertStore
import Engine
import Events
import Testing

@testable import Platform

struct TurnTests {
    private static func silent(after seconds: Int64) -> Rule {
        var rule = Rule(
            id: "r", title: .init(zh: "甲", en: "a"), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: [.init(level: .red, at: .number(50))])
        rule.noData = .init(after: .seconds(seconds), action: .alarm)
        rule.by = .subject
        return rule
    }

    private static func reading(_ seconds: Int64) -> EventBatch {
        var batch = EventBatch()
        Array("1".utf8).withUnsafeBytes { batch.ids.append($0) }
        (batch.times, batch.periods) = ([Timestamp(seconds: seconds)], [0])
        (batch.types, batch.sources) = ([batch.strings.intern("reading")], [batch.strings.intern("s")])
        (batch.subjects, batch.areas) = ([batch.strings.intern("x")], [EventBatch.absent])
        (batch.longitudes, batch.latitudes, batch.flags) = ([.nan], [.nan], [[]])
        (batch.metrics, batch.values) = ([batch.strings.intern("m")], [1])
        (batch.units, batch.qualities) = ([EventBatch.absent], [EventBatch.absent])
        (batch.readingEnds, batch.fieldEnds) = ([1], [0])
        return batch
    }

    /// What was due before a change was decided under what ran until then, and so was what the change ends.
    @Test(arguments: [true, false])
    func `what a change of the rules finds due, and what it ends, is of the set before`(isRemoved: Bool) {
        let first = RuleSet(rules: [Self.silent(after: 10)], version: "sha256:first")
        var engine = Engine(ruleSet: first)
        var decisions: [Decision] = []
        func apply(_ entry: JournalEntry, _ seconds: Int64) {
            engine.apply(
                JournalRecord(
                    position: engine.nextPosition, received: Timestamp(seconds: seconds), department: "d",
                    entry: entry), into: &decisions)
        }
        apply(.events(Self.reading(0)), 0)
        #expect(engine.changed == nil)
        var next = Self.silent(after: 10)
        next.noData?.level = .red
        let names = (engine.ruleSet, engine.registry)
        let position = engine.nextPosition
        apply(.ruleSet(RuleSet(rules: isRemoved ? [] : [next], version: "sha256:next").encoded()), 20)
        #expect(decisions.map(\.transition) == [.raised, .resolved])
        let turn = Turn(of: engine, from: position, decisions, [], before: names)
        #expect(turn.ruleSet.version == "sha256:next" && turn.earlier?.ruleSet.version == "sha256:first")
        #expect(turn.earlier?.below == DecisionID(position: position, ordinal: 2))
        apply(.tick, 21)
        #expect(engine.changed == nil && decisions.count == (isRemoved ? 2 : 3))
        apply(.registry(Registry.empty.encoded()), 22)
        #expect(engine.changed == DecisionID(position: engine.nextPosition - 1, ordinal: 0))
    }
}
