import Events

/// Tells when changed files have come to rest: editors and copies write in several steps, and a set is one unit.
struct QuietWatch: Sendable {
    enum Verdict: Equatable, Sendable {
        /// As last read.
        case unchanged
        /// Changed, and not yet quiet for long enough.
        case settling
        /// Changed and quiet: read them now.
        case read
    }

    /// How long files must stay the same before they are read.
    static let quiet = TimeSpan.seconds(2)

    private var known: DirectoryScan
    private var latest: DirectoryScan
    private var since: Timestamp

    /// Begins with the files as they were last read.
    init(known: DirectoryScan, at now: Timestamp) {
        self.known = known
        latest = known
        since = now
    }

    /// Takes a scan; `now` is on any clock that does not go back.
    mutating func look(_ scan: DirectoryScan, at now: Timestamp) -> Verdict {
        if scan != latest {
            latest = scan
            since = now
        }
        guard latest != known else { return .unchanged }
        return now - since >= Self.quiet ? .read : .settling
    }

    /// The files of this scan have been read.
    mutating func note(read scan: DirectoryScan) { known = scan }
}
