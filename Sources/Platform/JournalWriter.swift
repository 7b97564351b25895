import Engine
import Events
import Foundation
import Ingest
import Journal
import Logging

/// The journal's thread: takes what waits at the door, makes it durable in one commit, passes it on to the engine.
///
/// A commit starts when the previous one ends. When the wall is the clock an empty second is a tick.
final class JournalWriter: Sendable {
    private let journal: Journal
    private let door: CommitQueue
    private let engineQueue: BoundedQueue<[JournalRecord]>
    private let clock: Timing.Clock
    private let log: Logger

    init(
        journal: Journal, door: CommitQueue, engineQueue: BoundedQueue<[JournalRecord]>, clock: Timing.Clock,
        log: Logger
    ) {
        self.journal = journal
        self.door = door
        self.engineQueue = engineQueue
        self.clock = clock
        self.log = log
    }

    /// Runs until the door is closed and empty, or the journal fails: then nothing more is acknowledged.
    func run() throws {
        defer { engineQueue.close() }
        var last = journal.lastReceived ?? Timestamp(seconds: 0)
        while let requests = door.take(atMost: JournalBounds.groupEntries, timeout: .seconds(1)) {
            var entries = requests.map { request in
                PendingEntry(received: last, department: request.department, entry: request.entry)
            }
            if entries.isEmpty {
                guard clock == .wall else { continue }
                entries = [PendingEntry(received: last, entry: .tick)]
            }
            for index in entries.indices {
                last = max(last, stamp(entries[index].entry, after: last))
                entries[index].received = last
            }
            try commit(entries, requests)
        }
    }

    private func commit(_ entries: [PendingEntry], _ requests: [CommitQueue.Request]) throws {
        let records: [JournalRecord]
        do {
            records = try journal.append(entries)
        } catch .refused(let index, let reason) {
            try commitBefore(index, "\(reason)", entries, requests)
            return
        } catch {
            for request in requests { door.fail(request.ticket, reason: "\(error)") }
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
        log.error(
            "the journal refuses an entry; it and those behind it are not kept",
            metadata: [
                "entry": "\(entries[index].entry.name)", "department": "\(entries[index].department)",
                "why": "\(reason)",
                "behind": "\(requests.count - index - 1)",
            ])
        for request in requests[index...] { door.fail(request.ticket, reason: reason) }
    }

    private func stamp(_ entry: JournalEntry, after last: Timestamp) -> Timestamp {
        switch (clock, entry) {
        case (.wall, _): WallClock.now()
        case (.events, .events(let batch)): batch.times.max() ?? last
        case (.events, _): last
        }
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
