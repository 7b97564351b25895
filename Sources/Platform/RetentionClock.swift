import Events

/// The moment by which the age of the journal is judged: neither time in which the platform was off nor a wall clock that somebody has
/// set ahead makes it older, so that one wrong clock at a start deletes nothing.
struct RetentionClock: Sendable {
    /// Longer than a platform is off without anybody knowing.
    private static let longDowntime = TimeSpan.days(7)

    private let newest: Timestamp
    private let start: (wall: Timestamp, monotonic: Timestamp)

    /// `newest`: the journal's newest stamp of before the start, nil where it has none.
    init(newest: Timestamp?, wall: Timestamp, monotonic: Timestamp) {
        (self.newest, start) = (newest ?? wall, (wall, monotonic))
    }

    func now(wall: Timestamp, monotonic: Timestamp) -> Timestamp { min(wall, newest + (monotonic - start.monotonic)) }

    /// What the operator is told until the next start, which would believe this one's stamps.
    var complaint: String? {
        let off = start.wall - newest
        guard off > Self.longDowntime else { return nil }
        return
            "the wall clock is \(off.microseconds / TimeSpan.days(1).microseconds) days ahead of the journal's newest entry: if the platform was not "
            + "off for so long, the clock is wrong, or was before: see docs/operations.md before the next start"
    }
}
