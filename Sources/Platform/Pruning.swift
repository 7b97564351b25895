import Events
import Journal

/// Deletes whole segments older than the retention, of a platform that is stopped.
///
/// What the oldest kept snapshot needs stays; without a snapshot everything is needed.
public func pruneJournal(data: String, days: Int) throws -> PruneReport {
    let journal = try Journal(data: data, settings: JournalSettings(engineVersion: 0))
    let keep = SnapshotFiles(data: data).oldestPosition ?? 1
    return try journal.prune(olderThan: .days(Int64(days)), now: WallClock.now(), keepFrom: keep)
}
