import AlertStore
import Delivery
import Engine
import Events
import Foundation
import Ingest
import Journal
import Messaging

/// What happens before the doors open: replay, and what the directories propose.
extension Platform {
    func recover() throws -> Recovery {
        let recovery = try Recovery(
            journal: journal, snapshots: snapshots, applied: store.applied,
            renew: { try store.renew(epoch: Self.newEpoch()) }, commit: { turn in _ = try store.commit(turn) })
        for note in recovery.notes { log.warning("recovery", metadata: ["note": "\(note)"]) }
        // A part has one complaint.
        if !recovery.losses.isEmpty { complaints.note("recovery", recovery.losses.joined(separator: "; ")) }
        if recovery.replayed > 0 { log.info("replayed", metadata: ["positions": "\(recovery.replayed)"]) }
        rules.note(applied: recovery.engine.ruleSet, recovery.engine.registry, at: recovery.engine.nextPosition - 1)
        return recovery
    }

    /// The entries that this start appends: how long we were deaf, and rules or registry that differ from the journaled
    /// ones. Invalid files stop the first start only; later starts run on what is journaled, and say so.
    func proposals(to engine: Engine) throws -> [JournalEntry] {
        var entries: [JournalEntry] = []
        let isFirst = engine.nextPosition == 1
        if !isFirst {
            let now = configuration.clock == .wall ? WallClock.now() : engine.received
            entries.append(.started(deaf: max(.zero, now - engine.received)))
        }
        if !isFirst, engine.ruleSet.timing.clock != configuration.clock {
            log.warning(
                "this data was recorded under another clock, which changes from here on",
                metadata: ["recorded": "\(engine.ruleSet.timing.clock)", "now": "\(configuration.clock)"])
        }
        if !isFirst, configuration.clock == .wall {
            if engine.ruleSet.timing.clock == .events {
                try Journal.keepStampedSince(journal.nextPosition, data: configuration.data)
            } else if engine.received >= Journal.earliestStamp {
                complaints.note("downtime", age.complaint)
            }
        }
        let reading = RuleSource.read(configuration)
        note(reading)
        var running = engine.ruleSet
        do throws(PlatformError) {
            let mayActivate = isFirst || configuration.activation == .watched
            let (ruleSet, registry, _) = try RuleSource.parts(reading, rulesToo: mayActivate, configuration)
            entries += try rules.entries(for: ruleSet, registry, by: nil)
            if let ruleSet {
                running = ruleSet
                rules.note(taken: reading.version)
            }
        } catch {
            guard !isFirst else { throw error }
            log.error("the files are not taken, running on the journaled rules", metadata: ["why": "\(error)"])
        }
        chooseCatalogue(for: running)
        let takesRules = entries.contains { if case .ruleSet = $0 { true } else { false } }
        if !takesRules, let again = rules.entry(for: configuration.timing) { entries.append(again) }
        return entries
    }

    /// A catalogue that the rules do not fit, so that they would judge nothing, gives way to the last one that they did.
    private func chooseCatalogue(for running: RuleSet) {
        guard let mismatch = RuleSource.mismatch(running, rules.now.metrics) else {
            // What runs may be the copy already.
            if let read = try? RuleSource.catalogue(configuration), read.rows == rules.now.metrics {
                RuleSource.keep(read, configuration)
            }
            return
        }
        guard let last = try? RuleSource.lastMetrics(configuration), RuleSource.mismatch(running, last) == nil else {
            return complaints.note("catalogue", mismatch)
        }
        rules.note(metrics: last)
        complaints.note("catalogue", "the last one that fits is used: \(mismatch)")
    }

    /// Shows the ingest thread all stream marks, and the journal's tail as far back as the duplicate window reaches. Where the tail
    /// cannot be read, everything up to now counts as forgotten: a repeat is refused rather than taken again.
    func remember(_ past: JournalPast) {
        var marks = EventBatch()
        marks.marks = journal.marks(configuration.department.id)
        past.note(marks, received: .distantPast, isForgotten: false)
        do throws(JournalError) {
            // Where events are the clock, none that is evaluated is ahead of its stamp.
            let maxFuture = configuration.clock == .wall ? configuration.maxFuture : .zero
            try DuplicateTail(journal: journal, window: configuration.duplicateWindow, maxFuture: maxFuture)
                .show(note: past.note, forgotten: past.assume)
        } catch {
            let newest = journal.lastReceived ?? WallClock.now()
            past.assume(forgotten: newest)
            let why = "the duplicate window is incomplete, events up to \(newest.formatted()) are too_old: \(error)"
            log.error("\(why)")
            complaints.note("duplicates", why)
        }
    }

    /// A damaged file of dead letters is set aside: it stops nothing.
    func openLetters() throws -> DeadLetters {
        do throws(JournalError) {
            return try DeadLetters(data: configuration.data)
        } catch {
            switch error {
            case .foreign(let path, let reason), .corrupt(let path, _, let reason):
                let aside = "\(path).damaged-\(Int(Date().timeIntervalSince1970))"
                for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                    try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
                }
                // Under a name of its own: the next flush that succeeds says nothing about it.
                complaints.note("damaged file", "\(path) (\(reason)) is set aside as \(aside)")
                return try DeadLetters(data: configuration.data)
            case .diskFull, .notWritable, .cannotOpen, .locked, .newerFormat, .owned, .poisoned, .refused, .pruned,
                .beyondEnd,
                .failed:
                throw error
            }
        }
    }

    func makeIngest(_ letters: RejectDesk) -> IngestServer {
        var settings = IngestServer.Settings(department: configuration.department)
        settings.endpoint = configuration.ingest
        settings.lossyEndpoint = configuration.lossyIngest == "none" ? nil : configuration.lossyIngest
        settings.duplicateWindow = configuration.duplicateWindow
        settings.department.maxFuture = configuration.maxFuture
        settings.department.forwardedAs = configuration.forward?.source ?? ""
        if configuration.clock == .events {
            // Recorded events are as old or young as they are: only those before them judge them.
            (settings.department.maxFuture, settings.department.refuseFuture) = (nil, nil)
            settings.department.maxStep = configuration.maxStep
        }
        let begun = journal.lastReceived.flatMap { $0 > Timestamp(seconds: 0) ? $0 : nil } ?? .distantPast
        let isWall = configuration.clock == .wall || configuration.department.backfillAge != nil
        return IngestServer(
            settings: settings, view: ingestView(), queue: door, sink: { letters.take($0) },
            clock: { [clock] in isWall ? clock.now() : begun })
    }

    /// Rules, registry or catalogue have changed.
    func showView(to ingest: IngestServer) { showing.withLock { _ in ingest.replace(view: ingestView()) } }

    func ingestView() -> IngestView {
        let running = rules.now
        return RuleSource.view(metrics: running.metrics, ruleSet: running.ruleSet, registry: running.registry)
    }

    /// Retention keeps what the oldest snapshot or the store still needs. Where events are the clock it keeps
    /// everything: their stamps do not tell how long ago they came in, and recorded days are old on arrival.
    func makeUpkeep(_ letters: RejectDesk, _ stage: EngineStage, _ feed: Feed) -> Upkeep {
        Upkeep(
            journal: journal, letters: letters, retention: .days(Int64(configuration.retentionDays)), age: age,
            clock: clock,
            keepFrom: { [snapshots, store, clock = configuration.clock] in
                guard clock == .wall else { return nil }
                return try snapshots.oldestPosition().map { min($0, store.applied) }
            },
            beforeRemoval: { [snapshots] (first) throws(JournalError) in try snapshots.keepBase(from: first) },
            progress: { [journal] in (journal.nextPosition, stage.view.withLock { $0.reached }) },
            feedResets: { feed.status.resets }, storePath: storePath,
            complaints: complaints,
            onPruned: { [log] report in
                log.notice("pruned the journal", metadata: ["segments": "\(report.removed.map(\.name))"])
            })
    }

    /// nil where nothing is forwarded.
    func makeForwarder(_ context: Context.Handle) throws -> Forwarder? {
        guard let settings = configuration.forward else { return nil }
        let passed = PassedPlatforms(data: configuration.data)
        return try Forwarder(
            context, settings, store: storePath, spool: configuration.data + "/forward.sqlite",
            row: { [data = configuration.data] in try Journal.hash(data: data, position: $0) },
            via: { try passed.via(of: $0) },
            onTrouble: { [complaints] in complaints.note("forward", $0) })
    }

    func makeFeed(_ context: Context.Handle) throws -> Feed {
        try Feed(
            context, store: store, path: storePath, feed: configuration.feed, history: configuration.history)
    }
}
