import AlertStore
import Engine
import Events
import Foundation
import Logging
import Synchronization
import Testing

@testable import Platform

struct EngineStageTests {
    private static func reading(_ value: Double) -> EventBatch {
        var batch = EventBatch()
        batch.add(Timestamp(seconds: 1), value, subject: "x")
        return batch
    }

    @Test func `an alarm and its rule's removal in one journal commit are two turns, each with its own rules`() throws {
        let rule = Rule(
            id: "r", title: .init(zh: "", en: ""), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: [.init(level: .red, at: .number(1))])
        let timing = Timing(clock: .events)
        let queue = BoundedQueue<[JournalRecord]>(capacity: 1)
        let data = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString)"
        let stage = EngineStage(
            Engine(ruleSet: RuleSet(rules: [rule], timing: timing)), queue: queue,
            snapshots: SnapshotStage(
                SnapshotFiles(data: data),
                complaints: Complaints(log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })),
            snapshotEvery: .hours(1), beforeSnapshot: {})
        let turns = Mutex<[Turn]>([])
        stage.connect(onRules: { _ in }, commit: { turn in turns.withLock { $0.append(turn) } })
        let stamp = Timestamp(seconds: 1)
        let removal = RuleSet(rules: [], timing: timing).encoded()
        _ = queue.push([
            JournalRecord(position: 1, received: stamp, department: "d", entry: .events(Self.reading(5))),
            JournalRecord(position: 2, received: stamp, department: "", entry: .ruleSet(removal)),
            JournalRecord(position: 3, received: stamp, department: "d", entry: .events(Self.reading(6))),
        ])
        queue.close()
        try stage.run()
        let made = turns.withLock { $0 }
        #expect(made.map(\.positions) == [1...1, 2...2, 3...3])
        #expect(made.map { $0.decisions.map(\.transition) } == [[.raised], [.resolved], []])
        #expect(made.map(\.ruleSet.rules.count) == [1, 0, 0])
    }
}
