import Engine
import Events

/// The engine on decoded rows, nothing else: seconds of the thread's own time.
enum EngineAlone {
    /// Events a second per core, and decisions made.
    static func usual(_ load: Load) -> (rate: Samples, decisions: Int) {
        let records = rows(load)
        var rate = Samples()
        var decided = 0
        for _ in 0..<Bounds.runs {
            let (seconds, decisions) = replay(records, BenchRules.ruleSet())
            rate.add(Double(Bounds.engineEvents) / seconds)
            decided = decisions
        }
        return (rate, decided)
    }

    /// Nanoseconds an event where few of many rules read it: with a thousand subjects the keys' state stays in the
    /// processor's caches, with a hundred thousand each event waits for memory.
    static func manyRules(_ start: Timestamp, subjects: Int) -> Samples {
        let records = rows(Load(subjects: subjects, start: start), metricZero: true)
        var cost = Samples()
        for _ in 0..<Bounds.runs {
            let ruleSet = BenchRules.ruleSet(Bounds.manyRules, matching: Bounds.manyRulesMatching)
            cost.add(replay(records, ruleSet).seconds / Double(Bounds.engineEvents) * 1e9)
        }
        return cost
    }

    private static func rows(_ load: Load, metricZero: Bool = false) -> [JournalRecord] {
        stride(from: 0, to: Bounds.engineEvents, by: Bounds.rowEvents).map { first in
            var batch = load.batch(first..<first + Bounds.rowEvents)
            if metricZero {
                let zero = batch.strings.intern(BenchRules.metric(0))
                batch.metrics = batch.metrics.map { _ in zero }
            }
            return JournalRecord(
                position: Int64(1 + first), received: batch.times[batch.count - 1], department: "bench",
                entry: .events(batch))
        }
    }

    private static func replay(_ records: [JournalRecord], _ ruleSet: RuleSet) -> (seconds: Double, decisions: Int) {
        var engine = Engine(ruleSet: ruleSet)
        var decisions: [Decision] = []
        let started = Clocks.thread()
        for record in records { engine.apply(record, into: &decisions) }
        return (Clocks.thread() - started, decisions.count)
    }
}
