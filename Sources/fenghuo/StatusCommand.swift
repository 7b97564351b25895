import ArgumentParser
import Foundation
import Platform

/// `fenghuo status`: what a running platform tells of itself.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Positions, health, counters of a running platform.",
        discussion: "Exit code 4 where none answers, 1 where it is degraded.")
    @Option(help: "The platform's control endpoint.") var control = "tcp://127.0.0.1:7412"
    @Option(help: "table or json.") var format = OutputFormat.table

    func run() throws {
        guard let body = try ControlClient(control).ask("status") else {
            throw Exit.fail(
                "no platform answers at \(control): is it running? --control names another endpoint", Exit.unreachable)
        }
        let status: Status = try ControlOptions.read(body, from: control)
        switch format {
        case .json: try printJSON(status)
        case .table: show(status)
        }
        if status.health != "ok" { throw Exit.findings }
    }

    private func show(_ status: Status) {
        print("\(status.health == "ok" ? "正常 ok" : "异常 degraded")  data \(status.data)  clock \(status.clock)")
        for reason in status.degraded { print("异常 degraded: \(reason)") }
        let person = status.activatedBy.isEmpty ? "" : " by \(status.activatedBy): \(status.activatedWhy)"
        print("规则 rules \(status.ruleSet)  activation \(status.activation)\(person)")
        if !status.diskRuleSet.isEmpty, status.diskRuleSet != status.ruleSet {
            let isNext = status.isDiskRuleSetValid && status.activation == "watched"
            print(
                "on disk \(status.diskRuleSet), not running"
                    + (isNext
                        ? "; it does after the next change or start" : status.isDiskRuleSetValid ? "" : ": not valid"))
        }
        print(
            "位置 positions: journal next \(status.journalNext), engine next \(status.engineNext), "
                + "store applied \(status.storeApplied), received \(status.received)")
        print(
            "发布 feed \(status.feedEpoch) at \(status.feedHead): \(status.feedSubscriptions) distinct subscriptions, "
                + "\(status.feedHistoryRequests) history requests, \(status.decisions) decisions since start, "
                + "\(status.replayDivergences) replay divergences")
        if status.feedResets > 0 {
            print("订阅过多 subscribers asked for too many prefixes and were all disconnected: \(status.feedResets) times")
        }
        if let forward = status.forward { show(forward) }
        print(
            "接收 messages \(status.messages), refused \(status.refusedMessages), answers to senders that were gone "
                + "\(status.unreachable)")
        if status.lossyMessages > 0 {
            print("无应答 lossy messages \(status.lossyMessages), lost whole \(status.lossyLost)")
        }
        print(
            "拒收 dead letters \(status.letters.kept), older ones dropped \(status.letters.dropped), "
                + "never stored \(status.letters.lost)")
        for code in status.codes { print("  \(code.code) \(code.count)") }
        showSources(status)
        showRules(status)
        showUnknown(status)
        print("\n全为零的列未列出 columns of nothing but 0 are left out; --format json has everything")
    }

    private func showSources(_ status: Status) {
        var table = Table("source", "department", "accepted", "duplicates", "rejected", "read by no rule")
        for source in status.sources {
            table.add(
                source.source, source.department, "\(source.accepted)", "\(source.duplicates)", "\(source.rejected)",
                "\(source.unread)")
        }
        print("\n来源 sources\n" + table.withoutZeros().text)
    }

    private func showRules(_ status: Status) {
        var table = Table(
            "rule", "keys", "silent", "evaluated", "decisions", "unknown", "late", "out of order", "refused keys",
            "refused samples", "no place", "dropped points", "filtered", "not effective", "no key", "other unit")
        var quiet = 0
        for rule in status.rules {
            let counts: [Int64] = [
                Int64(rule.keys), Int64(rule.silent), rule.evaluated, rule.decisions, rule.unknown, rule.late,
                rule.outOfOrder, rule.refusedKeys, rule.refusedSamples, rule.noPlace, rule.droppedPoints,
                rule.filtered, rule.notEffective, rule.noKey, rule.unitMismatch,
            ]
            guard counts.contains(where: { $0 != 0 }) else {
                quiet += 1
                continue
            }
            table.add([rule.id] + counts.map(String.init))
        }
        print("\n规则 rules\n" + table.withoutZeros().text)
        if quiet > 0 { print("\(quiet) rules have read nothing yet") }
    }

    private func show(_ forward: Status.Forward) {
        print(
            "转发 forward to \(forward.to) as \(forward.source) at \(forward.position.isEmpty ? "-" : forward.position), "
                + "\(forward.answered) answered, \(forward.waiting) waiting, \(forward.refused) refused, "
                + "\(forward.retries) retries, \(forward.restarts) restarts")
        if !forward.trouble.isEmpty { print("  \(forward.trouble)") }
        for event in forward.newestRefused {
            print("  refused \(event.id): \(event.code) \(event.field): \(event.reason)")
        }
    }

    /// Most subjects of the table; `--format json` has all that are listed.
    private static let shownSubjects = 20

    private func showUnknown(_ status: Status) {
        guard !status.unknownSubjects.isEmpty else { return }
        var table = Table("未登记 subject not in the registry", "department", "source", "events", "last received")
        for subject in status.unknownSubjects.prefix(Self.shownSubjects) {
            table.add(
                subject.subject, subject.department, subject.source, "\(subject.events)", subject.lastReceived)
        }
        print("\n" + table.text)
        let more = status.unknownSubjects.count - Self.shownSubjects
        if more > 0 { print("\(more) more with --format json") }
        if status.unlistedUnknown > 0 { print("\(status.unlistedUnknown) events of further ones") }
    }
}
