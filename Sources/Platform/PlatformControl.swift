import AlertStore
import Delivery
import Engine
import Events
import Foundation
import Ingest

/// What the control socket answers.
extension Platform {
    func answer(_ operation: String, _ stage: EngineStage, _ ingest: IngestServer, _ feed: Feed) -> [UInt8] {
        switch operation {
        case "status": encode(status(stage, ingest, feed.status))
        case "reload": reload()
        default: Array("{\"ok\":false,\"code\":\"unknown_op\",\"ops\":[\"status\",\"reload\"]}".utf8)
        }
    }

    /// Reads the directories again; a valid set that differs enters through the journal, an invalid one changes nothing.
    private func reload() -> [UInt8] {
        struct Answer: Encodable {
            var ok: Bool
            var changed = 0
            var findings: String?
        }
        do throws(PlatformError) {
            let entries = changes(try RuleSource.load(configuration))
            for entry in entries {
                guard door.submit(entry) else {
                    return encode(Answer(ok: false, findings: "the platform is busy or stopping: try again"))
                }
            }
            degraded.withLock { $0 = [] }
            return encode(Answer(ok: true, changed: entries.count))
        } catch {
            degraded.withLock { $0 = ["files not valid, running the set before: \(error)"] }
            return encode(Answer(ok: false, findings: "\(error)"))
        }
    }

    func status(_ stage: EngineStage, _ ingest: IngestServer, _ feed: Feed.Status) -> Status {
        let view = stage.view.withLock { $0 }
        let incoming = ingest.status
        var reasons = degraded.withLock { $0 }
        if let poison = journal.poison { reasons.append(poison) }
        return Status(
            health: reasons.isEmpty ? "ok" : "degraded", degraded: reasons, data: configuration.data,
            clock: configuration.clock == .wall ? "wall" : "events", journalNext: journal.nextPosition,
            engineNext: view.nextPosition, storeApplied: store.applied, feedHead: store.head, feedEpoch: store.epoch,
            feedPublished: feed.published, feedSubscriptions: feed.subscriptions,
            feedHistoryRequests: feed.historyRequests,
            received: view.received == .distantPast ? "" : view.received.formatted(),
            rules: view.counters.map(Status.Rule.init), ruleSet: view.ruleSetVersion, decisions: view.decisions,
            replayDivergences: store.replayDivergences, messages: incoming.messages,
            refusedMessages: incoming.refusedMessages,
            codes: incoming.codes.map { .init(code: $0.code.rawValue, count: $0.count) },
            sources: incoming.sources.map(Status.Source.init))
    }

    private func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            preconditionFailure("a status without a form: \(error)")
        }
    }
}

extension Status.Rule {
    init(_ entry: (rule: String, keys: Int, counters: RuleCounters)) {
        let counters = entry.counters
        self.init(
            id: entry.rule, keys: entry.keys, evaluated: counters.evaluated, filtered: counters.filtered,
            unknown: counters.unknown, late: counters.late, outOfOrder: counters.outOfOrder,
            notEffective: counters.notEffective, noKey: counters.noKey, refusedKeys: counters.refusedKeys,
            unitMismatch: counters.unitMismatch, decisions: counters.decisions)
    }
}

extension Status.Source {
    init(_ source: IngestStatus.Source) {
        self.init(
            department: source.department, source: source.source, accepted: source.accepted,
            duplicates: source.duplicates, rejected: source.rejected, unread: source.unread)
    }
}
