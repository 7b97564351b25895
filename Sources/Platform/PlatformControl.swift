import AlertStore
import Delivery
import Engine
import Events
import Foundation
import Ingest

/// What the control socket answers.
extension Platform {
    /// At once, but for what waits for a decision: `decide` answers that.
    func answer(
        _ body: [UInt8], _ stage: EngineStage, _ ingest: IngestServer, _ feed: Feed, _ forwarder: Forwarder?,
        _ letters: RejectDesk
    ) -> ControlServer.Answer {
        // What is not JSON is an unknown operation.
        let request = (try? JSONDecoder().decode(ControlRequest.self, from: Data(body))) ?? ControlRequest(op: "")
        return switch request.op {
        case "status": .now(encode(status(stage, ingest, feed.status, forwarder?.status, letters.counts)))
        case "reload", "activate", "rollback", "acknowledge": .later(request)
        default: .now(encode(UnknownOperation()))
        }
    }

    /// Waits until the engine has decided, or half a minute.
    func decide(_ request: ControlRequest, _ ingest: IngestServer) -> [UInt8] {
        switch request.op {
        case "reload": encode(reload(ingest))
        case "activate": encode(activate(request, ingest))
        case "rollback": encode(rollback(request, ingest))
        case "acknowledge": encode(acknowledge(request))
        default: encode(UnknownOperation())
        }
    }

    func status(
        _ stage: EngineStage, _ ingest: IngestServer, _ feed: Feed.Status, _ forward: Forwarder.Status?,
        _ letters: (kept: Int64, dropped: Int64, lost: Int64)
    ) -> Status {
        // Before the engine's, which are before the journal's: none is ahead of what it follows.
        let applied = store.applied
        let view = stage.view.withLock { $0 }
        let incoming = ingest.status
        let rules = rules.now
        var reasons = complaints.all
        if let complaint = rules.complaint { reasons.append(complaint) }
        if let poison = journal.poison { reasons.append(poison) }
        if let trouble = journal.trouble { reasons.append("journal: \(trouble)") }
        if let takes = journal.commitTakes, takes >= .seconds(1) {
            reasons.append(
                "journal: a commit is under way since \(takes.components.seconds) s: the disk does not answer, or another program "
                    + "holds the newest segment locked; nothing is acknowledged until it ends")
        }
        if feed.refusals[.damaged, default: 0] > 0 {
            reasons.append(
                "alert store: what is stored of the feed was changed on disk: keep a copy, stop, move alerts.sqlite* away and start: "
                    + "it is made again from the journal as far as that reaches")
        }
        if let forward, forward.refusedSinceStart > 0 {
            reasons.append(
                "forward: the platform above has refused \(forward.refusedSinceStart) alarms since the start, the newest with "
                    + "\(forward.refused.first?.code ?? "?"); they are not sent again")
        }
        return Status(
            health: reasons.isEmpty ? "ok" : "degraded", degraded: reasons, data: configuration.data,
            clock: configuration.clock == .wall ? "wall" : "events", journalNext: journal.nextPosition,
            engineNext: max(view.reached, applied + 1), countersNext: view.nextPosition, storeApplied: applied,
            feedHead: store.head, feedEpoch: store.epoch,
            feedPublished: feed.published, feedSubscriptions: feed.subscriptions, feedResets: feed.resets,
            feedHistoryRequests: feed.historyRequests, forward: forward.flatMap(forwardStatus),
            received: view.received == .distantPast ? "" : view.received.formatted(),
            rules: view.counters.map(Status.Rule.init), ruleSet: view.ruleSetVersion,
            activation: configuration.activation.rawValue, activatedBy: rules.ruleSet.activation?.by ?? "",
            activatedWhy: rules.ruleSet.activation?.why ?? "", diskRuleSet: rules.diskVersion,
            isDiskRuleSetValid: rules.isDiskValid,
            decisions: view.decisions,
            replayDivergences: store.replayDivergences, messages: incoming.messages,
            refusedMessages: incoming.refusedMessages, lossyMessages: incoming.silentMessages,
            lossyLost: incoming.silentLost, unreachable: incoming.unreachable,
            letters: .init(kept: letters.kept, dropped: letters.dropped, lost: letters.lost),
            codes: incoming.codes.map { .init(code: $0.code.rawValue, count: $0.count) },
            sources: incoming.sources.map(Status.Source.init),
            unknownSubjects: incoming.strangers.map(Status.Stranger.init), unlistedUnknown: incoming.unlistedStrangers)
    }

    private func forwardStatus(_ forward: Forwarder.Status) -> Status.Forward? {
        guard let settings = configuration.forward else { return nil }
        let counts = forward.counts
        return .init(
            to: settings.to, source: settings.source, position: Forwarder.position(of: counts),
            answered: counts.answered, waiting: counts.events + Int(max(0, store.head - forward.sealedSequence)),
            refused: counts.refused, retries: forward.retries, restarts: counts.restarts,
            trouble: forward.trouble ?? "",
            newestRefused: forward.refused.map {
                .init(id: $0.event, code: $0.code, field: $0.field, reason: $0.reason)
            })
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

private struct UnknownOperation: Encodable {
    let ok = false
    let code = "unknown_op"
    let ops = ["status", "reload", "activate", "rollback", "acknowledge"]
}

extension Status.Rule {
    init(_ entry: (rule: String, keys: Int, silent: Int, counters: RuleCounters)) {
        let counters = entry.counters
        self.init(
            id: entry.rule, keys: entry.keys, silent: entry.silent, evaluated: counters.evaluated,
            filtered: counters.filtered, unknown: counters.unknown, late: counters.late,
            outOfOrder: counters.outOfOrder,
            notEffective: counters.notEffective, noKey: counters.noKey, refusedKeys: counters.refusedKeys,
            unitMismatch: counters.unitMismatch, decisions: counters.decisions,
            refusedSamples: counters.refusedSamples, noPlace: counters.noPlace, droppedPoints: counters.droppedPoints)
    }
}

extension Status.Stranger {
    init(_ stranger: IngestStatus.Stranger) {
        self.init(
            subject: stranger.subject, department: stranger.department, source: stranger.source,
            events: stranger.events, lastReceived: stranger.lastReceived.formattedStamp)
    }
}

extension Status.Source {
    init(_ source: IngestStatus.Source) {
        self.init(
            department: source.department, source: source.source, accepted: source.accepted,
            duplicates: source.duplicates, rejected: source.rejected, unread: source.unread)
    }
}
