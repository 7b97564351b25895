import Events
import Journal

/// Deletes whole segments older than the retention, of a platform that is stopped.
///
/// What the oldest kept snapshot needs stays; without a snapshot everything is needed and nothing is pruned. Data recorded under event time
/// is refused: its stamps are the events' own.
public func pruneJournal(data: String, days: Int) throws -> PruneReport {
    let journal = try Journal(data: data, settings: JournalSettings(engineVersion: 0))
    let snapshots = SnapshotFiles(data: data)
    guard let found = try snapshots.newest(upTo: journal.nextPosition).found else {
        throw PlatformError.start("\(data) has no snapshot that reads back: everything is needed, nothing is pruned")
    }
    guard found.engine.ruleSet.timing.clock == .wall else {
        throw PlatformError.start("\(data) was recorded under event time: its stamps say nothing of its age")
    }
    let keep = try snapshots.oldestPosition() ?? 1
    return try journal.prune(olderThan: .days(Int64(days)), now: WallClock.now(), keepFrom: keep)
}
