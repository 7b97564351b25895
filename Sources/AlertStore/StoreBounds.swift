import Events

/// Every bound of the alert store, with its unit and reason.
public enum StoreBounds {
    /// Rows of one page: keeps a read transaction short, for a long one grows the WAL.
    public static let pageRows = 1000
    /// Bytes of notices in one page, and one notice: an answer stays below what a consumer's socket takes, 16 MiB.
    static let pageBytes = 4 << 20
    /// Pages that one history question scans before it answers with what it has and where to go on.
    static let historyScans = 20
    /// Seconds that a connection waits for a lock: longer than a checkpoint, shorter than a person's patience.
    static let busySeconds = 5.0
    /// How often the applied position of quiet turns is written: what a crash may make the engine replay.
    static let appliedInterval = TimeSpan.seconds(1)
    /// Older than this when decided: a drained spool's alarm, shown as a digest.
    static let backfillAge = TimeSpan.minutes(10)
}
