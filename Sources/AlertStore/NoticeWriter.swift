import Engine
import Events

/// Makes the notice of a decision from the decision, what is known of its rule, and the registry.
struct NoticeWriter {
    let epoch: String
    let registry: Registry

    func notice(_ decision: Decision, _ facts: RuleFacts, seq: Int64, prev: Int64) -> Notice {
        let delay = decision.decidedAt - decision.at
        let ground = decision.ground
        return Notice(
            epoch: epoch, seq: seq, prev: prev, id: decision.id.text, about: decision.about.name,
            transition: decision.transition.name, reason: present(decision.reason.name),
            by: present(decision.actor), note: present(decision.note),
            escalateTo: decision.escalateTo.isEmpty ? nil : decision.escalateTo, episode: decision.episode.text,
            level: decision.level?.name, rank: decision.level?.rank ?? 0,
            previous: decision.previous?.name, peak: decision.peak.name, levelZh: decision.level?.zh,
            score: finite(decision.score), domain: facts.domain,
            rule: .init(id: decision.rule, version: decision.ruleVersion, revision: decision.revision),
            title: .init(zh: facts.title.zh, en: facts.title.en),
            key: decision.key == decision.subject ? nil : present(decision.key), subject: subject(decision),
            area: area(decision), location: location(decision), metric: present(facts.metric),
            value: finite(decision.value), threshold: ground?.threshold, compare: ground?.compare.symbol,
            unit: present(facts.unit),
            startedAt: decision.startedAt.formatted(), at: decision.at.formatted(),
            decidedAt: decision.decidedAt.formatted(), delayS: delay.microseconds / 1_000_000,
            backfill: delay > StoreBounds.backfillAge, exercise: decision.exercise, evidence: evidence(decision),
            owner: owner(facts), runbook: present(facts.runbook),
            message: message(decision, facts))
    }

    private func present(_ text: String) -> String? { text.isEmpty ? nil : text }
    private func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }

    private func owner(_ facts: RuleFacts) -> Notice.Owner? {
        present(facts.lead).map { .init(lead: $0, support: facts.support.isEmpty ? nil : facts.support) }
    }

    private func subject(_ decision: Decision) -> Notice.Subject? {
        guard !decision.subject.isEmpty else { return nil }
        return .init(id: decision.subject, name: registry.subject(decision.subject).flatMap { present($0.name.zh) })
    }

    private func area(_ decision: Decision) -> Notice.Area? {
        guard !decision.area.isEmpty else { return nil }
        return .init(
            code: Leaf.padded(decision.area), name: registry.area(decision.area).flatMap { present($0.name.zh) })
    }

    private func location(_ decision: Decision) -> Notice.Location? {
        guard decision.longitude.isFinite, decision.latitude.isFinite else { return nil }
        return .init(lon: decision.longitude, lat: decision.latitude, crs: "CGCS2000")
    }

    private func evidence(_ decision: Decision) -> [Notice.Evidence] {
        guard !decision.source.isEmpty else { return [] }
        return [
            .init(
                source: decision.source, id: present(decision.eventID), position: decision.eventPosition,
                value: finite(decision.value))
        ]
    }

    private func message(_ decision: Decision, _ facts: RuleFacts) -> Notice.Text {
        let name = registry.subject(decision.subject)?.name
        let place = registry.area(decision.area)?.name
        let isOnWayUp =
            decision.about == .value && (decision.transition == .raised || decision.transition == .escalated)
        if !isOnWayUp || decision.isBetween {
            let known = name ?? (decision.subject.isEmpty ? place : nil)
            let plain = present(decision.subject) ?? decision.key
            let zh = known.flatMap { present($0.zh) }
            let called = Notice.Text(zh: zh ?? plain, en: known.flatMap { present($0.en) } ?? zh ?? plain)
            return SendingText(decision: decision, facts: facts, name: called).text
                ?? WayDownText(decision: decision, facts: facts, name: called).text
        }
        func values(
            _ side: KeyPath<Rule.Bilingual, String>, _ word: (Level) -> String
        ) -> [String: String] {
            let known = name.flatMap { present($0[keyPath: side]) ?? present($0.zh) }
            return [
                "subject": decision.subject, "subject.id": decision.subject,
                "subject.name": known ?? present(decision.subject) ?? decision.key, "key": decision.key,
                "area": decision.area, "area.code": decision.area,
                "area.name": place.flatMap { present($0[keyPath: side]) ?? present($0.zh) } ?? decision.area,
                "value": decision.value.shortest, "value.name": decision.valueName, "unit": facts.unit,
                "metric": facts.metric, "threshold": decision.threshold.shortest, "compare": decision.compare.symbol,
                "level": decision.level.map(word) ?? "", "previous": decision.previous.map(word) ?? "",
                "peak": word(decision.peak), "score": decision.score.shortest, "rule": decision.rule,
                "title": facts.title[keyPath: side], "domain": facts.domain, "at": decision.at.formatted(),
                "started_at": decision.startedAt.formatted(), "owner": facts.lead, "runbook": facts.runbook,
            ]
        }
        return .init(
            zh: MessageTemplate.fill(facts.message.zh, values(\.zh, \.zh)),
            en: MessageTemplate.fill(facts.message.en, values(\.en, \.name)))
    }
}
