import Engine
import Events
import Foundation
import Messaging

/// Resident memory for 100,000 subjects: the engine's own, and that of a whole platform with its windows warm, also at its highest:
/// snapshots follow each other under full load, and after a restart.
struct Memory {
    let engineBytes: Int
    /// (rule, key) pairs that the engine holds.
    let keys: Int
    let processBytes: Int
    let peakBytes: Int

    init(in directory: String, engine: (bytes: Int, keys: Int), _ load: Load) throws {
        (engineBytes, keys) = engine
        let messages = Bounds.memorySubjects * Bounds.memorySweeps / Bounds.messageEvents
        func run(_ name: String, again: Bool = false, snapshotSeconds: Int) throws -> (bytes: Int, peak: Int) {
            let platform = try PlatformProcess(directory + name, snapshotSeconds: snapshotSeconds)
            let begin = again ? messages : 0
            let context = Context()
            var sender = try StreamSender(context.handle, platform.ingest)
            var last = ""
            for first in stride(from: begin, to: begin + messages, by: 1000) {
                last = try sender.send(load.messages(first..<first + 1000), asStream: again)
            }
            try platform.awaitApplied(try position(last))
            defer { _ = try? platform.stop() }
            return (platform.residentBytes, platform.peakBytes)
        }
        processBytes = try run("/memory", snapshotSeconds: 300).bytes
        let peak = try run("/memory-peak", snapshotSeconds: 1).peak
        // The identities of what came before are remembered, so these go as a stream.
        peakBytes = try max(peak, run("/memory-peak", again: true, snapshotSeconds: 1).peak)
    }

    /// Call it first, on a small heap.
    static func engine(_ load: Load) -> (bytes: Int, keys: Int) {
        let records = stride(from: 0, to: 2 * Bounds.memorySubjects, by: 10_000).map { first in
            let batch = load.batch(first..<first + 10_000)
            return JournalRecord(
                position: Int64(1 + first), received: batch.times[batch.count - 1], department: "bench",
                entry: .events(batch))
        }
        var engine = Engine(ruleSet: BenchRules.ruleSet())
        var decisions: [Decision] = []
        let before = PlatformProcess.ownResidentBytes
        for record in records { engine.apply(record, into: &decisions) }
        return (PlatformProcess.ownResidentBytes - before, engine.counters.reduce(0) { $0 + $1.keys })
    }
}
