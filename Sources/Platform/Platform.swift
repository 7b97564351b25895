import AlertStore
import Delivery
import Engine
import Events
import Foundation
import Ingest
import Journal
import Logging
import Messaging
import Synchronization

/// Wires the stages, recovers, runs until told to stop, and stops them in the order of the pipeline.
public final class Platform: Sendable {
    public struct Endpoints: Sendable {
        public var ingest: String
        public var feed: String
        public var history: String
        public var control: String
    }

    public let configuration: Configuration
    let log: Logger
    let door = CommitQueue()
    let journal: Journal
    let store: AlertStore
    private let storeWatch: Mutex<FileWatch>
    let snapshots: SnapshotFiles
    private let snapshotStage: SnapshotStage
    let rules: RuleDesk
    let requests: RequestDesk
    let complaints: Complaints
    /// One at a time, so that the last one shows what holds last.
    let showing = Mutex(())
    let clock = FollowedClock()
    let age: RetentionClock
    private let stopping: Wake
    private let isStopping = Atomic(false)
    private let isStoreLocked = Atomic(false)
    private let signals: Mutex<Signals>

    private struct Signals: ~Copyable, Sendable { var wait: SignalWait? }

    var storePath: String { configuration.data + "/alerts.sqlite" }

    /// Opens journal and store. Call it on the main thread before any other thread starts.
    ///
    /// `isRestored`: the data come from a backup, so the feed begins a new epoch: consumers may have seen more of the old one.
    public init(_ configuration: Configuration, isRestored: Bool = false, log: Logger) throws {
        self.configuration = configuration
        self.log = log
        complaints = Complaints(log: log)
        stopping = try Wake()
        signals = Mutex(Signals(wait: try SignalWait()))
        journal = try Journal(
            data: configuration.data,
            settings: JournalSettings(
                segmentBytes: configuration.segmentBytes, segmentAge: configuration.segmentAge,
                capBytes: configuration.journalCap == 0 ? nil : configuration.journalCap,
                engineVersion: Int64(Engine.version)))
        age = RetentionClock(newest: journal.lastReceived, wall: WallClock.now(), monotonic: BootClock.now())
        if let mended = journal.mended { complaints.note("stream marks", mended) }
        if !journal.missingKeys.isEmpty {
            let keys = journal.missingKeys.joined(separator: ", ")
            complaints.note(
                "keys",
                "the journal names \(keys), not in keys/ or damaged, and not erased: bring them back from the backup, nothing else opens their fields"
            )
        }
        requests = RequestDesk(door: door)
        do {
            rules = RuleDesk(
                door: door, metrics: try RuleSource.metrics(configuration, isFirst: journal.nextPosition == 1))
            store = try AlertStore(path: configuration.data + "/alerts.sqlite", newEpoch: Self.newEpoch())
            if isRestored { try store.renew(epoch: Self.newEpoch()) }
        } catch {
            // It has not been compared with what the store has seen.
            journal.keepWAL()
            throw error
        }
        storeWatch = Mutex(FileWatch(store.path, walLimit: AlertStore.walLimit))
        snapshots = SnapshotFiles(data: configuration.data)
        snapshotStage = SnapshotStage(snapshots, complaints: complaints)
    }

    /// Eight hexadecimal digits that no earlier store of this place had.
    static func newEpoch() -> String { String(UInt32.random(in: .min ... .max) | 0x8000_0000, radix: 16) }

    /// Asks a running platform to stop; from any thread.
    public func stop() { stopping.signal() }

    /// Runs until SIGINT, SIGTERM, SIGHUP, `stop()` or a failure. `ready` is called once every socket is open.
    public func run(ready: @escaping @Sendable (Endpoints) -> Void = { _ in }) throws {
        try Descriptors.raiseLimit()
        let (stage, first): (EngineStage, [JournalEntry])
        do {
            (stage, first) = try prepareEngine()
        } catch {
            // It may have read damage that opening does not look for.
            journal.keepWAL()
            throw error
        }
        let context = Context()
        let doorContext = Context()
        try doorContext.startThreads(nicerBy: Limits.doorNiceness)
        let signals = signals.withLock { $0.wait.take() }
        guard let signals else { preconditionFailure("a platform runs once") }
        let work = try ControlWork()
        var control = try ControlServer(
            context.handle, endpoint: configuration.control, signals: signals, stop: stopping, work: work)
        let letters = RejectDesk(try openLetters())
        let ingest = makeIngest(letters)
        let feed = try makeFeed(context.handle)
        let forwarder = try makeForwarder(context.handle)
        let start = StartEntries(first)
        stage.connect(
            onRules: { [self] engine in
                rules.note(applied: engine.ruleSet, engine.registry, at: engine.nextPosition - 1)
                showView(to: ingest)
                start.noteApplied()
            },
            commit: { [self] turn in
                let committed = try write { () throws(StoreError) in try store.commit(turn) }
                requests.note(turn.requests)
                guard committed.notices != nil else { return }
                feed.wake()
                forwarder?.wake()
            })
        let engineQueue = stage.queue
        let writer = JournalStage(
            journal: journal, door: door, engineQueue: engineQueue, timing: configuration.timing,
            complaints: complaints, log: log, maxStep: configuration.maxStep, followed: clock)
        let threads = Threads { [stopping, requests, rules] in
            // The control thread may wait for what the failed one was to decide.
            requests.close()
            rules.close()
            stopping.signal()
        }
        // A start that fails ends the threads that it has begun.
        defer { door.close() }

        try threads.start("feed") { try feed.run() }
        if let forwarder { try threads.start("forward") { forwarder.run() } }
        try threads.start("snapshot") { [snapshotStage] in try snapshotStage.run() }
        try threads.start("engine") { [snapshotStage] in
            // A journal that waits for room must not wait for an engine that is gone.
            defer {
                engineQueue.close()
                snapshotStage.close()
            }
            try stage.run()
        }
        try threads.start("journal") { [door] in
            defer { door.close() }
            try writer.run()
        }
        try start.submit(to: door)
        try start.awaitApplied(threads)
        try threads.start("ingest") { [self, sockets = doorContext.handle] in
            try ingest.run(context: sockets, past: remember)
        }
        // Its context goes with this call, and it may not have opened its sockets where another thread has failed.
        defer {
            ingest.stop()
            threads.join("ingest")
        }
        let upkeep = makeUpkeep(letters, stage, feed)
        try threads.start("upkeep") { try upkeep.run() }
        defer { upkeep.stop() }
        let watch = makeWatch(ingest)
        defer { watch.stop() }
        if configuration.activation == .watched { try threads.start("watch") { watch.run() } }
        let endpoints = try awaitEndpoints(ingest, feed, control.endpoint, threads)
        log.info("ready", metadata: ["ingest": "\(endpoints.ingest)", "feed": "\(endpoints.feed)"])
        ready(endpoints)
        try threads.start("control") { [self] in work.run { decide($0, ingest) } }
        control.run { [self] request in answer(request, stage, ingest, feed, forwarder, letters) }

        log.info("stopping")
        isStopping.store(true, ordering: .relaxed)
        // Who waits for a decision hears that none will come.
        requests.close()
        rules.close()
        work.close()
        threads.join("control")
        control.sendDone()
        watch.stop()
        ingest.stop()
        threads.join("ingest")
        door.close()
        // A proposal that waits for the engine ends with the door.
        threads.join("watch")
        threads.join("journal")
        threads.join("engine")
        threads.join("snapshot")
        feed.stop()
        forwarder?.stop()
        threads.join("feed")
        threads.join("forward")
        upkeep.stop()
        threads.join("upkeep")
        if let failure = threads.failure { throw PlatformError.stopped(failure) }
        try checkStore()
        try store.flushApplied()
        log.info("stopped")
    }

    /// Writes to the alert store as long as its files are those that it opened.
    private func write<T>(_ work: () throws(StoreError) -> T) throws -> T {
        try checkStore()
        let result = try whileLocked(work)
        try checkStore()
        return result
    }

    private func checkStore() throws(JournalError) {
        do throws(JournalError) {
            try storeWatch.withLock { (watch) throws(JournalError) in try watch.check() }
        } catch {
            store.keepWAL()
            throw error
        }
    }

    /// Does work on the alert store again and again while another process has it locked (a copy being made, a person at
    /// `sqlite3`): decisions wait, the journal goes on as far as its queues. A stop does not wait: the journal has everything.
    private func whileLocked<T>(_ work: () throws(StoreError) -> T) throws(StoreError) -> T {
        while true {
            do throws(StoreError) {
                let result = try work()
                if isStoreLocked.exchange(false, ordering: .relaxed) { complaints.note("alert store", nil) }
                return result
            } catch {
                guard case .locked = error, !isStopping.load(ordering: .relaxed) else { throw error }
                isStoreLocked.store(true, ordering: .relaxed)
                complaints.note("alert store", "\(error); alarms wait until then")
            }
        }
    }

    /// The engine's stage at the journal's end, and the entries that this start appends. The recovered state leaves this
    /// function only inside the stage: a second reference would keep a second copy of every page that changes.
    private func prepareEngine() throws -> (EngineStage, [JournalEntry]) {
        let recovery = try recover()
        let entries = try proposals(to: recovery.engine)
        // Commits that wait while the alert store is locked or the engine is behind: as much as four of the largest rows, so that the
        // queue holds some 40 MB and the journal waits beyond.
        let queue = BoundedQueue<[JournalRecord]>(capacity: 64, maximumWeight: 4 * Limits.rowEvents) { records in
            records.reduce(0) { $0 + $1.entry.positions }
        }
        let stage = EngineStage(
            recovery.engine, queue: queue, snapshots: snapshotStage,
            snapshotEvery: configuration.snapshotEvery,
            beforeSnapshot: { [self] in try write { () throws(StoreError) in try store.flushApplied() } })
        return (stage, entries)
    }

    private func awaitEndpoints(
        _ ingest: IngestServer, _ feed: Feed, _ control: String, _ threads: Threads
    ) throws -> Endpoints {
        // However long the journal's tail takes to read: a failure is told by its thread.
        while ingest.endpoint.isEmpty || feed.endpoints == nil {
            if let failure = threads.failure { throw PlatformError.start(failure) }
            threads.waitBriefly()
        }
        let feedEndpoints = feed.endpoints ?? ("", "")
        return Endpoints(
            ingest: ingest.endpoint, feed: feedEndpoints.0, history: feedEndpoints.1, control: control)
    }
}
