import Events

/// Every bound of the journal's files and memory, with its unit and reason.
public enum JournalBounds {
    /// Uncompressed bytes of one row's payload: a full row of large events; checked before anything is allocated.
    public static let payloadBytes = 64 << 20
    /// Restricted fields of one event: name, contact, address and text of a report, with room.
    public static let restrictedPerEvent = 16
    /// Streams that one department may have a mark for: one a gateway process; marks are kept for ever.
    public static let streamsPerDepartment = 10_000
    /// Entries in one commit: bounds the time of one fsync turn.
    public static let groupEntries = 1024
    /// Rows of the newest segment from its end, and bytes of their payloads and restricted fields, that are checked when a journal opens: half a second's
    /// work, and much more than the day of a city.
    public static let checkedRows = 1 << 16
    public static let checkedBytes: Int64 = 128 << 20
    /// Rows, and compressed bytes, that a reader takes in one read transaction: a long one would grow the WAL.
    public static let pageRows = 64
    public static let pageBytes = 4 << 20
    /// Bytes of WAL above which a checkpoint makes the writer wait once, so that the WAL starts over.
    public static let walBytes: Int64 = 64 << 20
    /// Seconds that a write waits for somebody else's lock on a segment before it fails.
    public static let busySeconds = 5.0
    /// Seconds that a checkpoint waits for a reader while the writer waits for it: it is tried again a second later.
    public static let checkpointSeconds = 0.05
    /// Bytes of a WAL that no checkpoint could make start over for so long that it is told.
    public static let heldWALBytes: Int64 = 2 * walBytes
}
