import AlertStore
import Engine
import Events
import Foundation
import Ingest
import Journal

/// What a start finds: a snapshot brought forward through the journal, decisions compared with the stored ones.
///
/// The snapshot is the newest that the alert store has reached, so that a store which was lost or restored from a copy
/// is caught up. A journal that ends before what store or snapshots have seen has lost its end: then nothing starts.
struct Recovery {
    var engine: Engine
    var replayed: Int64 = 0
    var notes: [String] = []
    /// What could not be made good; shown for as long as the platform runs.
    var losses: [String] = []

    /// Reads the journal from the snapshot on. `applied` is the store's; `renew` gives its feed a new epoch, because
    /// its sequences begin again at some that consumers have seen.
    init(
        journal: Journal, snapshots: SnapshotFiles, applied: Int64, renew: () throws -> Void,
        commit: (Turn) throws -> Void
    ) throws {
        let next = journal.nextPosition
        let kept = try Journal.firstKept(data: journal.data)
        var search = try snapshots.newest(upTo: min(next, applied + 1), from: kept ?? 1)
        try Self.requireEnd(of: journal, reaches: max(applied + 1, search.newest ?? 1))
        if let newest = search.newest, newest > applied + 1 {
            notes.append("the alert store ends at position \(applied), a snapshot begins at \(newest): catching up")
            try renew()
        }
        if let missing = try snapshots.missingBeginning() { losses.append(missing) }
        if search.found == nil, let first = kept {
            // The oldest: it brings back what the journal still has of the alarms that the store does not hold.
            search.found = try snapshots.oldest(from: first).map {
                SnapshotFiles.Found(engine: $0, nextPosition: $0.nextPosition)
            }
            losses.append(
                "alarms between position \(applied) and \(search.found?.nextPosition ?? next) are lost: the alert store "
                    + "does not hold them and replay cannot begin before there; restore a newer copy of the store")
        }
        notes += search.passedOver
        engine = search.found.map(\.engine) ?? Engine()
        search.found = nil
        var reader = try Self.reader(journal, engine)
        var decisions: [Decision] = []
        while let stored = try reader.next() {
            let record = stored.record
            guard record.position >= engine.nextPosition else { continue }
            decisions.removeAll(keepingCapacity: true)
            try record.requireReadable()
            let names = (engine.ruleSet, engine.registry)
            engine.apply(record, into: &decisions)
            try commit(Turn(of: engine, from: record.position, decisions, engine.outcomes, before: names))
            replayed += Int64(record.entry.positions)
        }
        guard engine.nextPosition == next else {
            throw PlatformError.start(
                "the journal ends at \(next) and replay at \(engine.nextPosition): run fenghuo journal verify")
        }
    }

    private static func requireEnd(of journal: Journal, reaches needed: Int64) throws {
        guard journal.nextPosition < needed else { return }
        throw PlatformError.start(
            """
            the journal ends before position \(journal.nextPosition), but alert store or snapshots have seen \
            \(needed - 1): the journal has lost its end or is an older copy. Restore the newer journal; or, to go on \
            without what is lost, move alerts.sqlite* and snapshots/ of \(journal.data) away: both are rebuilt
            """)
    }

    private static func reader(_ journal: Journal, _ engine: borrowing Engine) throws -> JournalReader {
        do throws(JournalError) {
            return try Journal.read(data: journal.data, from: engine.nextPosition)
        } catch .pruned(let asked, let first) {
            throw PlatformError.start(
                """
                the journal is kept from position \(first) on and no snapshot to begin there with is usable (asked for: \
                \(asked)): bring snapshots/ or journal/base.snapshot of \(journal.data) back from the backup
                """)
        }
    }
}

extension JournalRecord {
    /// Throws for what only a newer version reads: the engine must not be given it.
    func requireReadable() throws(PlatformError) {
        do throws(ByteReader.Failure) {
            switch entry {
            case .ruleSet(let bytes): _ = try RuleSet(decoding: bytes)
            case .registry(let bytes): _ = try Registry(decoding: bytes)
            default: break
            }
        } catch {
            throw PlatformError.start(
                "the journal's entry at position \(position) cannot be read by this version (\(error)): run the one that wrote it"
            )
        }
    }
}
