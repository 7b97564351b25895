import Engine
import Events
import Foundation
import Messaging

/// How long the stream stands still for a snapshot with a million keys: turns of a thousand readings, before and while
/// another thread encodes the state that was set aside.
struct SnapshotPause {
    let keys: Int
    let bytes: Int
    /// Milliseconds. What the engine's thread would wait if it encoded the snapshot itself.
    let encoding: Double
    /// The longest turn without a snapshot, and with one; the second holds what setting aside takes.
    let usual: Double
    let during: Double

    init(_ load: Load) {
        var engine = Engine(ruleSet: BenchRules.ruleSet())
        var decisions: [Decision] = []
        var position: Int64 = 1
        func turn(_ events: Range<Int>) -> JournalRecord {
            let batch = load.batch(events)
            defer { position += Int64(batch.count) }
            return JournalRecord(
                position: position, received: batch.times[batch.count - 1], department: "bench", entry: .events(batch))
        }
        var event = 0
        func next(_ count: Int) -> JournalRecord {
            defer { event += count }
            return turn(event..<event + count)
        }
        while event < load.subjects { engine.apply(next(1000), into: &decisions) }
        keys = engine.counters.reduce(0) { $0 + $1.keys }

        func longest(_ records: [JournalRecord], _ before: () -> Void = {}) -> Double {
            var longest = 0.0
            var begun = Clocks.wall()
            before()
            for record in records {
                decisions.removeAll(keepingCapacity: true)
                engine.apply(record, into: &decisions)
                longest = max(longest, Clocks.wall() - begun)
                begun = Clocks.wall()
            }
            return longest * 1000
        }
        let turns = load.subjects / 1000
        usual = longest((0..<turns).map { _ in next(1000) })
        let records = (0..<turns).map { _ in next(1000) }
        let done = Monitor<(bytes: Int, seconds: Double)?>(nil)
        during = longest(records) {
            let state = engine.setAside()
            Thread.detachNewThread {
                let begun = Clocks.wall()
                var count = 0
                state.encode { count += $0.count }
                let seconds = Clocks.wall() - begun
                done.change { $0 = (count, seconds) }
            }
        }
        (bytes, encoding) = done.wait { $0.map { ($0.bytes, $0.seconds * 1000) } } ?? (0, 0)
    }
}
