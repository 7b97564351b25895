import Events
import Journal

/// Deletes whole segments older than the retention, of a platform that is stopped.
///
/// What the oldest kept snapshot needs stays; without a snapshot everything is needed. Data recorded under event time
/// is refused: its stamps are the events' own.
public func pruneJournal(data: String, days: Int) throws -> PruneReport {
    let journal = try Journal(data: data, settings: JournalSettings(engineVersion: 0))
    let snapshots = SnapshotFiles(data: data)
    if let newest = snapshots.newest(upTo: journal.nextPosition), newest.engine.ruleSet.timing.clock == .events {
        throw PlatformError.start("\(data) was recorded under event time: its stamps say nothing of its age")
    }
    let keep = snapshots.oldestPosition ?? 1
    return try journal.prune(olderThan: .days(Int64(days)), now: WallClock.now(), keepFrom: keep)
}
