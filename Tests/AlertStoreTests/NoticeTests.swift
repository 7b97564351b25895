import Engine
import Events
import Foundation
import Testing

@testable import AlertStore

@Suite struct NoticeTests {
    let directory = try! TemporaryDirectory()

    func commit(_ decisions: [Decision], ruleSet: RuleSet = Sample.ruleSet) throws -> [StoredNotice] {
        let store = try directory.open()
        let before = store.head
        try store.commit(Sample.turn(decisions, ruleSet: ruleSet))
        return try AlertReader(path: directory.store).notices(since: before).notices
    }

    @Test func `a notice is the alarm of the examples`() throws {
        var decision = try Sample.decision(88213, .escalated, episode: 88190)
        decision.previous = .yellow
        let body = try #require(try commit([decision]).first).body
        #expect(
            body
                == #"{"v":1,"epoch":"7f3a","seq":1,"prev":0,"id":"88213.0","kind":"alarm","about":"value","transition":"escalated","episode":"88190.0","level":"orange","rank":3,"previous":"yellow","peak":"orange","level_zh":"橙色","score":78.9,"domain":"gas","rule":{"id":"gas-lel","version":"sha256:9c41e0","revision":17},"title":{"zh":"可燃气体浓度超限","en":"Combustible gas concentration high"},"subject":{"id":"RQ-0457","name":"人民中路阀井"},"area":{"code":"320213021000","name":"无锡市梁溪区崇安寺街道"},"location":{"lon":120.3005,"lat":31.5768,"crs":"CGCS2000"},"metric":"gas.lel","value":31.5,"threshold":25,"compare":">=","unit":"%LEL","started_at":"2026-07-01T08:14:30+08:00","at":"2026-07-01T08:15:00+08:00","decided_at":"2026-07-01T08:15:02.114+08:00","delay_s":2,"backfill":false,"exercise":false,"evidence":[{"source":"zjj-gw-07","id":"e-88213","position":88213,"value":31.5}],"owner":{"lead":"市住建局","support":["市应急管理局"]},"runbook":"docs/runbooks/gas-lel.md","message":{"zh":"人民中路阀井 可燃气体 31.5 %LEL,达到 25 %LEL","en":"Valve well: gas 31.5 %LEL, threshold 25 %LEL"}}"#
        )
        #expect(try Notice(json: body).json == body)
    }

    @Test func `the end of a removed rule's episode still has its title and topic`() throws {
        _ = try commit([try Sample.decision(10)])
        var end = try Sample.decision(11, .resolved, episode: 10)
        end.reason = .ruleRemoved
        (end.value, end.threshold) = (.nan, .nan)
        let notice = try #require(try commit([end], ruleSet: .empty).first)
        let body = try Notice(json: notice.body)
        #expect(body.title.zh == "可燃气体浓度超限")
        #expect((body.rank, body.level, body.reason) == (0, nil, "rule_removed"))
        #expect((body.value, body.threshold, body.compare) == (nil, nil, nil))
        #expect(notice.leaf.domain == "gas")
        #expect(notice.prev == 1)
    }

    @Test func `the feed page names every field of a notice`() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "docs/feed.md"), encoding: .utf8)
        var decision = try Sample.decision(11, .resolved, episode: 10, key: "k")
        (decision.subject, decision.actor, decision.note, decision.escalateTo) = ("RQ-0457", "a", "b", ["c"])
        decision.previous = .yellow
        var open = decision
        (open.id, open.transition, open.reason, open.level) = (decision.episode, .escalated, .none, .orange)
        for notice in try commit([open, decision]) {
            let fields = try #require(JSONSerialization.jsonObject(with: Data(notice.body.utf8)) as? [String: Any])
            for field in fields.keys { #expect(page.contains("`\(field)`"), "\(field)") }
        }
    }

    @Test func `the way down is told in its own words and direction`() throws {
        func body(_ position: Int64, _ change: (inout Decision) -> Void) throws -> Notice {
            var decision = try Sample.decision(position, .resolved, episode: 10, peak: .red)
            (decision.value, decision.threshold) = (5, 40)
            change(&decision)
            return try Notice(json: try #require(try commit([decision]).first).body)
        }
        _ = try commit([try Sample.decision(10)])
        let down = try body(11) { ($0.transition, $0.level, $0.previous) = (.deescalated, .orange, .red) }
        #expect(down.message.zh == "【降级】可燃气体浓度超限:人民中路阀井 由红色降为橙色 5 %LEL,低于 40 %LEL")
        #expect((down.compare, down.threshold) == ("<", 40))
        // An end by only_while: the value still stands above.
        let gate = try body(12) { $0.value = 56 }
        #expect(gate.message.en.hasSuffix("Valve well 56 %LEL, the rule's condition no longer holds"))
        #expect((gate.compare, gate.threshold) == (nil, nil))
        let low = try body(13) { ($0.compare, $0.value, $0.threshold) = (.lessOrEqual, 0.31, 0.22) }
        #expect(low.message.en == "Resolved: Combustible gas concentration high: Valve well 0.31 %LEL, now > 0.22 %LEL")
        let gone = try body(14) { ($0.reason, $0.value, $0.threshold) = (.ruleRemoved, .nan, .nan) }
        #expect(gone.message.zh == "【解除】可燃气体浓度超限:人民中路阀井,规则已删除")
        let back = try body(15) { ($0.about, $0.value, $0.threshold) = (.noData, .nan, .nan) }
        #expect(back.message.zh == "【解除】可燃气体浓度超限:人民中路阀井,数据已恢复")
        // The rule's own text says that a threshold was reached; silence says nothing of the kind.
        let silent = try body(16) {
            ($0.transition, $0.about, $0.value, $0.threshold) = (.raised, .noData, .nan, .nan)
            ($0.episode, $0.level, $0.peak) = ($0.id, .blue, .blue)
        }
        #expect(silent.message.zh == "【无数据】可燃气体浓度超限:人民中路阀井,规定时间内没有读数,现状不明")
        #expect(silent.message.en.hasPrefix("No data: Combustible gas concentration high: Valve well, no reading"))
    }

    @Test func `what is told while its value stands between threshold and clear claims no comparison`() throws {
        func body(_ position: Int64, _ change: (inout Decision) -> Void) throws -> Notice {
            var decision = try Sample.decision(position, position == 10 ? .raised : .unacknowledged, episode: 10)
            (decision.level, decision.value, decision.threshold) = (.yellow, 17, 20)
            change(&decision)
            return try Notice(json: try #require(try commit([decision]).first).body)
        }
        let late = try body(10) { _ in }
        #expect(late.message.zh == "【仍在报警】可燃气体浓度超限:人民中路阀井,黄色 17 %LEL")
        #expect(late.message.en == "Still firing: Combustible gas concentration high: Valve well, yellow 17 %LEL")
        #expect((late.value, late.compare, late.threshold) == (17, nil, nil))
        let reminder = try body(11) { _ in }
        #expect((reminder.compare, reminder.threshold) == (nil, nil))
        let unknown = try body(12) { $0.value = .nan }
        #expect((unknown.value, unknown.compare, unknown.threshold) == (nil, nil, nil))
        let reached = try body(13) { $0.value = 20 }
        #expect((reached.compare, reached.threshold) == (">=", 20))
    }

    @Test func `what was decided before the rules and the registry changed is worded by what they were`() throws {
        let store = try directory.open()
        var decisions = [try Sample.decision(10), try Sample.decision(10, key: "b"), try Sample.decision(10, key: "c")]
        for ordinal in decisions.indices {
            decisions[ordinal].id.ordinal = Int32(ordinal)
            decisions[ordinal].episode = decisions[ordinal].id
        }
        var turn = Sample.turn(decisions, ruleSet: RuleSet(rules: [], version: "sha256:next"))
        turn.registry = .empty
        turn.earlier = .init(
            ruleSet: Sample.ruleSet, registry: Sample.registry, below: .init(position: 10, ordinal: 2))
        try store.commit(turn)
        let reader = try AlertReader(path: directory.store)
        let notices = try reader.notices(since: 0).notices.map { try Notice(json: $0.body) }
        #expect(notices.map(\.domain) == ["gas", "gas", "unknown"])
        #expect(notices.map { $0.area?.name != nil } == [true, true, false])
        let files = try decisions.map { try reader.episode($0.id)?.steps.first?.rule?.path }
        #expect(files == ["gas/gas-lel.yml", "gas/gas-lel.yml", nil])
    }

    @Test func `an exercise has topics of its own, and old alarms are marked as back-filled`() throws {
        var drill = try Sample.decision(10)
        drill.exercise = true
        var old = try Sample.decision(11)
        old.decidedAt = old.at + .minutes(10)
        var older = try Sample.decision(12, key: "b")
        older.decidedAt = older.at + .minutes(10) + .milliseconds(1)
        let notices = try commit([drill, old, older])
        #expect(notices[0].leaf.topics[0] == "exercise/alarm/domain/gas/orange/320213021000/")
        #expect(try notices.map { try Notice(json: $0.body).backfill } == [false, false, true])
        #expect(notices.map(\.prev) == [0, 0, 2])
    }

    @Test func `what a person did, and whom to tell next, stand in the notice`() throws {
        var taken = try Sample.decision(11, .acknowledged, episode: 10)
        (taken.actor, taken.note) = ("王敏", "说\"好\"\n\u{1}\\")
        var late = try Sample.decision(12, .unhandled, episode: 10)
        late.escalateTo = ["市应急管理局", "市政府"]
        let bodies = try commit([try Sample.decision(10), taken, late]).map(\.body)
        #expect(bodies[1].contains(#""by":"王敏","note":"说\"好\"\n\u0001\\","episode""#))
        #expect(try Notice(json: bodies[1]).note == taken.note)
        #expect(try Notice(json: bodies[2]).escalateTo == late.escalateTo)
    }

    @Test func `what is no change of level has a text of its own, and the episode says how it stands`() throws {
        var taken = try Sample.decision(11, .acknowledged, episode: 10)
        (taken.actor, taken.note) = ("王敏", "已通知抢修")
        var late = try Sample.decision(12, .unacknowledged, episode: 10)
        late.escalateTo = ["市应急管理局", "市政府"]
        let flapping = try Sample.decision(13, .flappingStarted, episode: 10)
        let messages = try commit([try Sample.decision(10), taken, late, flapping]).dropFirst()
            .map { try Notice(json: $0.body).message }
        #expect(
            messages.map(\.zh) == [
                "【已确认】可燃气体浓度超限:人民中路阀井,王敏:已通知抢修", "【无人确认】可燃气体浓度超限:人民中路阀井,橙色,请市应急管理局、市政府跟进",
                "【抖动】可燃气体浓度超限:人民中路阀井,等级反复变化,在恢复稳定前不再逐次通知",
            ])
        #expect(
            messages.first?.en == "Acknowledged: Combustible gas concentration high: Valve well, by 王敏: 已通知抢修")
        let standing = try AlertReader(path: directory.store).episodes().episodes[0]
        #expect(standing.flapping && standing.unacknowledged && !standing.unhandled)
        #expect(standing.acknowledgedBy == "王敏")
        let over = try commit([try Sample.decision(14, .flappingEnded, episode: 10)])
        #expect(try Notice(json: over[0].body).message.zh == "【抖动结束】可燃气体浓度超限:人民中路阀井,当前橙色")
        #expect(try AlertReader(path: directory.store).episodes().episodes[0].flapping == false)
    }

    @Test func `a flapping alarm without a level is open`() throws {
        let open = try Sample.decision(10, .flappingStarted, level: nil)
        let body = try #require(try commit([open]).first).body
        #expect(try Notice(json: body).level == nil)
        let episode = try AlertReader(path: directory.store).episodes().episodes[0]
        #expect(episode.level == nil && episode.resolved == nil)
        _ = try commit([try Sample.decision(11, key: "b")])
        var filter = EpisodeFilter()
        filter.isLevelless = true
        #expect(try AlertReader(path: directory.store).episodes(filter).episodes.map(\.id) == [open.id])
    }

    @Test func `numbers are shortest and unknown slots stay`() {
        #expect([25, 31.5, -0.1, 1e21, .nan].map(\.shortest) == ["25", "31.5", "-0.1", "1e+21", "—"])
        #expect(MessageTemplate.fill("{a}{b} {c", ["a": "1"]) == "1{b} {c")
        #expect(MessageTemplate.fill("{{a}} {a}}", ["a": "1"]) == "{a} 1}")
    }

    @Test func `a message may name all that a rule file is allowed to`() throws {
        var decision = try Sample.decision(88213, .escalated, episode: 88190)
        decision.previous = .yellow
        var ruleSet = Sample.ruleSet
        var rule = try #require(ruleSet.rules.first)
        rule.message.en =
            "{subject} {area} {value} {value.name} {unit} {threshold} {compare} {level} {previous} {peak} {rule} {domain} "
            + "{metric} {key} {at} {started_at} {owner} {runbook} {score}"
        ruleSet = RuleSet(rules: [rule], version: ruleSet.version, timing: ruleSet.timing)
        let body = try #require(try commit([decision], ruleSet: ruleSet).first).body
        #expect(
            try Notice(json: body).message.en
                == "RQ-0457 320213021000 31.5 value %LEL 25 >= orange yellow orange gas-lel gas gas.lel RQ-0457 "
                + "2026-07-01T08:15:00+08:00 2026-07-01T08:14:30+08:00 市住建局 docs/runbooks/gas-lel.md 78.9")
    }
}
