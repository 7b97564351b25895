import AlertStore
import Events
import Journal

/// Deletes whole segments older than the retention, of a platform that is stopped.
///
/// What the oldest kept snapshot or the alert store needs stays; without one of them everything is needed and nothing is pruned. Data recorded under event time
/// is refused: its stamps are the events' own. `onMended` is told what opening the journal has mended, whatever comes after.
public func pruneJournal(data: String, days: Int, onMended: (String) -> Void = { _ in }) throws -> PruneReport {
    let journal = try Journal(data: data, settings: JournalSettings(engineVersion: 0))
    if let mended = journal.mended { onMended(mended) }
    do {
        return try prune(journal, data, days)
    } catch {
        // What may be damaged is left as it was found.
        journal.keepWAL()
        throw error
    }
}

/// Why segments before the oldest of a journal may be missing, though nothing else tells; nil where it begins at 1 or was pruned.
public func missingBeginning(ofJournalIn data: String) throws(JournalError) -> String? {
    try SnapshotFiles(data: data).missingBeginning()
}

private func prune(_ journal: Journal, _ data: String, _ days: Int) throws -> PruneReport {
    let snapshots = SnapshotFiles(data: data)
    guard let found = try snapshots.newest(upTo: journal.nextPosition).found else {
        throw PlatformError.start("\(data) has no snapshot that reads back: everything is needed, nothing is pruned")
    }
    guard found.engine.ruleSet.timing.clock == .wall else {
        throw PlatformError.start("\(data) was recorded under event time: its stamps say nothing of its age")
    }
    guard found.engine.received >= Journal.earliestStamp else {
        throw PlatformError.start(
            "\(data) was recorded under a clock that was never set: its stamps say nothing of its age; set the clock and start once"
        )
    }
    let applied = try AlertReader(path: data + "/alerts.sqlite").status().applied
    let keep = min(try snapshots.oldestPosition() ?? 1, applied)
    return try journal.prune(
        olderThan: .days(Int64(days)), now: WallClock.now(), keepFrom: keep, beforeRemoval: snapshots.keepBase(from:))
}
