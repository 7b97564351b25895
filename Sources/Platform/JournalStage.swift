import Engine
import Events
import Foundation
import Ingest
import Journal
import Logging

/// The journal's thread: takes what waits at the door, makes it durable in one commit, passes it on to the engine.
///
/// A commit starts when the previous one ends. When the wall is the clock an empty second is a tick.
final class JournalStage: Sendable {
    private let journal: Journal
    private let door: CommitQueue
    private let engineQueue: BoundedQueue<[JournalRecord]>
    private let timing: Timing
    private let complaints: Complaints
    private let log: Logger
    private let maxStep: TimeSpan
    private let followed: FollowedClock

    init(
        journal: Journal, door: CommitQueue, engineQueue: BoundedQueue<[JournalRecord]>, timing: Timing,
        complaints: Complaints, log: Logger, maxStep: TimeSpan, followed: FollowedClock
    ) {
        self.journal = journal
        self.door = door
        self.engineQueue = engineQueue
        self.timing = timing
        self.complaints = complaints
        self.log = log
        self.maxStep = maxStep
        self.followed = followed
    }

    /// Runs until the door is closed and empty, or the journal fails: then nothing more is acknowledged.
    func run() throws {
        defer { engineQueue.close() }
        var clock = StampClock(last: journal.lastReceived ?? Timestamp(seconds: 0))
        var nextProbe = Timestamp.distantPast
        while let requests = door.take(atMost: JournalBounds.groupEntries, timeout: .seconds(1)) {
            do {
                if door.refusesRestricted { probeKey(clock.last, &nextProbe) }
                try commit(requests, &clock)
            } catch {
                for request in requests { door.fail(request.ticket, reason: "\(error)") }
                throw error
            }
        }
    }

    private func commit(_ requests: [CommitQueue.Request], _ clock: inout StampClock) throws {
        let complaint = clock.complaint
        if timing.clock == .wall { try creditDeafness(&clock) }
        var entries = requests.map { request in
            PendingEntry(received: clock.last, department: request.department, entry: request.entry)
        }
        if entries.isEmpty {
            guard timing.clock == .wall else { return }
            entries = [PendingEntry(received: clock.last, entry: .tick)]
        }
        for index in entries.indices { entries[index].received = stamp(&entries[index].entry, &clock) }
        if timing.clock == .wall { followed.follow(clock.last, monotonic: BootClock.now()) }
        if complaint != clock.complaint { complaints.note("clock", clock.complaint) }
        try commit(entries, requests)
    }

    private func commit(_ entries: [PendingEntry], _ requests: [CommitQueue.Request]) throws {
        let records: [JournalRecord]
        do {
            records = try journal.append(entries)
        } catch .refused(let index, let reason) {
            try commitBefore(index, "\(reason)", entries, requests)
            return
        } catch {
            throw PlatformError.stopped("the journal failed, nothing more is acknowledged: \(error)")
        }
        for (request, record) in zip(requests, records) {
            door.complete(request.ticket, position: record.position, received: record.received)
        }
        _ = engineQueue.push(records)
    }

    /// One entry cannot be stored: what came before it is committed, it and all that follow fail, because a sender's
    /// later batches may repeat or follow what is lost.
    private func commitBefore(
        _ index: Int, _ reason: String, _ entries: [PendingEntry], _ requests: [CommitQueue.Request]
    ) throws {
        if index > 0 { try commit(Array(entries[..<index]), Array(requests[..<index])) }
        if entries[index].hasRestricted, let why = keyFailure(entries[index].received) {
            noteKey(why)
        } else {
            log.error(
                "the journal refuses an entry; it and those behind it are not kept",
                metadata: [
                    "entry": "\(entries[index].entry.name)", "department": "\(entries[index].department)",
                    "why": "\(reason)", "behind": "\(requests.count - index - 1)",
                ])
        }
        for request in requests[index...] { door.fail(request.ticket, reason: reason) }
    }

    /// Why restricted fields cannot be encrypted; nil where they can be.
    private func keyFailure(_ received: Timestamp) -> String? {
        do throws(JournalError) {
            try journal.prepareKey(received)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Each second, until they can be again; in a twentieth of the time at most, for commits wait.
    private func probeKey(_ received: Timestamp, _ next: inout Timestamp) {
        let began = BootClock.now()
        guard began >= next else { return }
        noteKey(keyFailure(received))
        let now = BootClock.now()
        next = now + max(.seconds(1), TimeSpan(microseconds: 20 * (now - began).microseconds))
    }

    private func noteKey(_ failure: String?) {
        door.refusesRestricted = failure != nil
        complaints.note(
            "restricted fields", failure.map { "cannot be encrypted, messages that have some are refused: \($0)" })
    }

    /// The thread stamps at least every second: five without a stamp are no busy moment, nor as long as after which a source
    /// is idle. Two are not yet standing still, however soon that is.
    static func longestPause(idleTimeout: TimeSpan) -> TimeSpan { max(.seconds(3), min(.seconds(5), idleTimeout)) }

    /// Where the whole process stood still (stopped, its machine paused, a commit that hung) nobody is called silent for
    /// that time: it is journaled like the time before a start, ahead of what came meanwhile. So is the time that a wall which was
    /// behind makes up for when it is set right.
    private func creditDeafness(_ clock: inout StampClock) throws {
        let (wall, now) = (WallClock.now(), BootClock.now())
        let limit = Self.longestPause(idleTimeout: timing.idleTimeout)
        guard let deaf = clock.accept(wall: wall, monotonic: now) ?? clock.deafness(monotonic: now, limit: limit) else {
            return
        }
        var entry = JournalEntry.started(deaf: deaf)
        let received = stamp(&entry, &clock)
        try commit([PendingEntry(received: received, entry: entry)], [])
    }

    /// Before the first event the stamps stand at zero.
    private func following(_ batch: inout EventBatch, _ last: Timestamp) -> Timestamp {
        var clock = EventClock(step: maxStep, now: last > Timestamp(seconds: 0) ? last : nil)
        clock.follow(&batch)
        return max(last, clock.now ?? last)
    }

    private func stamp(_ entry: inout JournalEntry, _ clock: inout StampClock) -> Timestamp {
        switch (timing.clock, entry) {
        case (.wall, _): return clock.stamp(wall: WallClock.now(), monotonic: BootClock.now())
        case (.events, .events(var batch)):
            let received = clock.follow(following(&batch, clock.last))
            entry = .events(batch)
            return received
        case (.events, _): return clock.last
        }
    }
}

extension PendingEntry {
    fileprivate var hasRestricted: Bool {
        if case .events(let batch) = entry { !batch.restricted.isEmpty } else { false }
    }
}

extension JournalEntry {
    fileprivate var name: String {
        switch self {
        case .events(let batch): "\(batch.count) events"
        case .tick: "tick"
        case .started: "started"
        case .ruleSet: "rule set"
        case .registry: "registry"
        case .departments: "departments"
        case .request: "request"
        }
    }
}
