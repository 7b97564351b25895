import AlertStore
import Client
import Events
import Foundation
import Messaging
import Synchronization

/// The way up: sends what the alert store tells to the platform above as events of one sequenced stream, stored until acknowledged.
///
/// `run` owns the socket on its caller's thread; the other calls are for any thread.
public final class Forwarder: Sendable {
    public struct Settings: Equatable, Sendable {
        /// The ingest endpoint of the platform above.
        public var to: String
        /// This platform's name there: the `source` of what it sends.
        public var source: String
        public var stream: String
        /// Alarms in this area are forwarded, and those without an area, which count as its.
        public var area: AreaCode
        /// Episodes whose peak is at least this.
        public var level: Level

        public init(to: String, source: String, stream: String, area: AreaCode, level: Level) {
            self.to = to
            self.source = source
            self.stream = stream
            self.area = area
            self.level = level
        }
    }

    public struct Status: Equatable, Sendable {
        public var counts = Spool.Counts()
        /// The newest refused events, newest first.
        public var refused: [Spool.Refused] = []
        public var refusedSinceStart: Int64 = 0
        /// Notices that were looked at: as far as this the feed is sealed or out of scope.
        public var sealedSequence: Int64 = 0
        /// Why nothing is acknowledged now; nil: all is well.
        public var trouble: String?
        public var retries = 0

        public init() {}
    }

    private let context: Context.Handle
    private let settings: Settings
    private let store: String
    private let spoolPath: String
    private let start: DecisionID
    private let row: @Sendable (Int64) throws -> String?
    private let via: @Sendable (Int64) throws -> String?
    private let onTrouble: @Sendable (String?) -> Void
    private let waking: Wake
    private let stopping = Atomic(false)
    private let shown: Mutex<Status>

    /// - Parameters:
    ///   - store: path of the alert store. Notices that are committed from now on are forwarded, and after a restart those after
    ///     the newest that `spool`, another file, has sealed.
    ///   - row: the hash of the journal's row at a position; nil where the journal no longer has it, or not as it was written.
    ///   - via: the `via` of the event at a journal position; where it throws, nothing is sent yet.
    ///   - onTrouble: hears what is wrong, and nil once it no longer is.
    ///
    /// Throws where there is no spool and none can be made: it says from where on is forwarded, and a later start would begin later.
    public init(
        _ context: Context.Handle, _ settings: Settings, store: String, spool: String,
        row: @escaping @Sendable (Int64) throws -> String?, via: @escaping @Sendable (Int64) throws -> String?,
        onTrouble: @escaping @Sendable (String?) -> Void
    ) throws {
        self.context = context
        self.settings = settings
        self.store = store
        spoolPath = spool
        let newest = try AlertReader(path: store).newestNotice()
        start = newest?.id ?? DecisionID(position: 0, ordinal: 0)
        self.row = row
        self.via = via
        self.onTrouble = onTrouble
        waking = try Wake()
        var status = Status()
        status.sealedSequence = newest?.seq ?? 0
        shown = Mutex(status)
        try begin()
    }

    public var status: Status { shown.withLock { $0 } }

    /// The newest decision that was acknowledged, `88213.0`; empty before the first.
    public static func position(of counts: Spool.Counts) -> String { ForwardPlace(counts.acknowledged)?.id.text ?? "" }

    /// Tells that something was committed.
    public func wake() { waking.signal() }

    /// What is not acknowledged by then waits for the next start.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        waking.signal()
    }

    /// Runs until `stop` or the context's shutdown. Whatever fails is told and tried again, ever slower up to a bound.
    public func run() {
        var retry = ForwardBounds.firstRetry
        var spool: Spool?
        while !isStopping {
            do {
                let opened = try spool ?? openSpool()
                spool = opened
                try session(opened) { retry = ForwardBounds.firstRetry }
            } catch SendFailure.stopped {
                return
            } catch {
                shown.withLock {
                    $0.trouble = "\(error)"
                    $0.retries += 1
                }
                onTrouble("\(error)")
                guard pause(milliseconds: retry) else { return }
                retry = min(2 * retry, ForwardBounds.longestRetry)
            }
        }
    }

    private var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Makes the spool where there is none.
    private func begin() throws {
        var found = stat()
        if stat(spoolPath, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_size > 0 { return }
        // Not a link to a disk that is not there now, and not a file that cannot be looked at.
        let isNone = lstat(spoolPath, &found) == 0 ? found.st_mode & S_IFMT == S_IFREG : errno == ENOENT
        // SQLite takes the log of a file that is empty or missing for a leftover, and removes it.
        let hasLog = stat(spoolPath + "-wal", &found) == 0 && found.st_size > 0
        do {
            guard !hasLog else {
                throw SendFailure.unusable("forward.sqlite-wal is there without forward.sqlite: restore both")
            }
            guard isNone else {
                throw SendFailure.unusable("\(spoolPath) is a link to nothing or to an empty file, or no file")
            }
            _ = try openSpool()
        } catch {
            // The next start would take what is left of it for a spool that has begun.
            if isNone, !hasLog { for end in ["-wal", "-shm", ""] { unlink(spoolPath + end) } }
            throw SendFailure.unusable(
                "forwarding cannot begin (\(error)), and what is told meanwhile would never be forwarded: mend that, or start without forward"
            )
        }
    }

    private func openSpool() throws -> Spool {
        let spool = try Spool(path: spoolPath, stream: settings.stream, maximumBytes: ForwardBounds.spoolBytes)
        if spool.counts.sealed.isEmpty { _ = try spool.append([], sealed: try place(start).text) }
        try show(spool, true)
        return spool
    }

    private func session(_ spool: Spool, _ onProgress: () -> Void) throws {
        let reader = try AlertReader(path: store)
        let place = try place(in: spool)
        let sealed = try reader.sequence(upTo: place.id)
        shown.withLock { $0.sealedSequence = sealed }
        guard try isKnown(place, upTo: reader.status().applied) else {
            throw SendFailure.unusable(
                "forward.sqlite has sent alarms up to position \(place.id.position) of a journal that is not this one: it belongs to "
                    + "other data. Restore what belongs together, or move forward.sqlite* away and forward from now on under another stream"
            )
        }
        var options = SendOptions(stream: settings.stream)
        options.endpoint = settings.to
        options.window = ForwardBounds.window
        options.giveUpAfter = ForwardBounds.patience
        var sender = try SpoolSender(context, options, spool, wake: waking)
        try sender.open { isStopping }
        while !isStopping {
            waking.drain()
            let answered = spool.counts.answered
            let isDone = try sender.turn(milliseconds: ForwardBounds.idleTurn, fill: { try seal(reader, spool) })
            try show(spool)
            guard isDone || spool.counts.answered > answered else { continue }
            onProgress()
            if shown.withLock({ $0.trouble.take() }) != nil { onTrouble(nil) }
        }
    }

    /// How far the spool has come: never empty since it was opened.
    private func place(in spool: Spool) throws -> ForwardPlace {
        guard let place = ForwardPlace(spool.counts.sealed) else {
            throw SendFailure.unusable(
                "forward.sqlite says \"\(spool.counts.sealed)\" where it has come to: it was changed. Move forward.sqlite* away and forward from "
                    + "now on under another stream")
        }
        return place
    }

    private func place(_ id: DecisionID) throws -> ForwardPlace {
        ForwardPlace(id, row: id.position < 1 ? nil : try row(id.position))
    }

    /// Whether the place is one of this journal: one that was made anew, or put back from a copy, comes to the same positions another way.
    private func isKnown(_ place: ForwardPlace, upTo applied: Int64) throws -> Bool {
        guard place.id.position <= applied else { return false }
        guard let before = place.row, let now = try row(place.id.position) else { return true }
        return before == now
    }

    /// Puts the next notices into the spool; false where there are none.
    private func seal(_ reader: AlertReader, _ spool: Spool) throws -> Bool {
        let notices = try reader.notices(after: place(in: spool).id, limit: ForwardBounds.batch)
        guard let last = notices.last else { return false }
        let events = try notices.filter { isInScope($0.notice.leaf) }.map { try event($0.notice) }
        let message = events.isEmpty ? [] : [(body: events.flatMap { $0 }, events: events.count)]
        guard try spool.append(message, sealed: try place(last.id).text) else { return false }
        shown.withLock { $0.sealedSequence = last.notice.seq }
        return true
    }

    private func isInScope(_ leaf: Leaf) -> Bool {
        guard leaf.kind == "alarm", !leaf.exercise, leaf.level >= settings.level else { return false }
        return AreaCode(leaf.area).map { settings.area.contains($0) } ?? true
    }

    private func event(_ stored: StoredNotice) throws -> [UInt8] {
        let notice = try Notice(json: stored.body)
        let passed = try notice.evidence.first.flatMap { try via($0.position) }.map { $0 + " " } ?? ""
        return AlarmEvent(
            notice, source: settings.source, area: settings.area.text, via: passed + settings.source
        ).line
    }

    private func show(_ spool: Spool, _ isFirst: Bool = false) throws {
        let counts = spool.counts
        let isOld = shown.withLock { $0.counts.refused == counts.refused } && !isFirst
        let refused = isOld ? nil : try spool.refused(limit: ForwardBounds.shownRefused)
        shown.withLock {
            if !isFirst { $0.refusedSinceStart += Int64(counts.refused - $0.counts.refused) }
            $0.counts = counts
            if let refused { $0.refused = refused }
        }
    }

    /// False where it is to stop.
    private func pause(milliseconds: Int) -> Bool {
        var poller = Poller()
        _ = poller.add(fd: waking.fd)
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while !isStopping, ContinuousClock.now < deadline {
            waking.drain()
            guard !isStopping else { break }
            _ = poller.wait(milliseconds: min(100, milliseconds))
        }
        return !isStopping
    }
}
