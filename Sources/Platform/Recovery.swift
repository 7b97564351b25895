import AlertStore
import Engine
import Events
import Foundation
import Ingest
import Journal

/// What a start finds: the newest snapshot brought forward through the journal, decisions compared with the stored ones.
struct Recovery {
    var engine: Engine
    var replayed: Int64 = 0
    var notes: [String] = []

    /// Reads the journal from the snapshot on.
    init(journal: Journal, snapshots: SnapshotFiles, commit: (Turn) throws -> Void) throws {
        let next = journal.nextPosition
        if let found = snapshots.newest(upTo: next) {
            engine = found.engine
            notes = found.passedOver
        } else {
            engine = Engine()
        }
        var reader = try Self.reader(journal, engine.nextPosition, orFrom: 0)
        var decisions: [Decision] = []
        while let stored = try reader.next() {
            let record = stored.record
            guard record.position >= engine.nextPosition else { continue }
            decisions.removeAll(keepingCapacity: true)
            engine.apply(record, into: &decisions)
            try commit(Turn(of: engine, from: record.position, decisions, engine.outcomes))
            replayed += Int64(record.entry.positions)
        }
        guard engine.nextPosition == next else {
            throw PlatformError.start(
                "the journal ends at \(next) and replay at \(engine.nextPosition): run fenghuo journal verify")
        }
    }

    /// Reads from `from`, or where that is pruned from the first position kept, if this is not beyond `needed`.
    static func reader(
        _ journal: Journal, _ from: Int64, orFrom needed: Int64
    ) throws(JournalError) -> JournalReader {
        do {
            return try Journal.read(data: journal.data, from: from)
        } catch .pruned(_, let first) where first <= needed {
            return try Journal.read(data: journal.data, from: first)
        }
    }
}
