import Engine
import Events
import Platform

/// An explanation for programs: the same facts as the text, each under its name.
extension ShownExplanation {
    struct JSON: Encodable {
        struct Threshold: Encodable {
            var value: Double?
            var origin: String
        }

        struct Rung: Encodable {
            var level: String
            var valueName: String
            var value: Double?
            var compare: String
            var at: Threshold
            var clear: Threshold?
            var signal: String
            var phase: String
            var since: String?
            var until: String?
        }

        struct IndexPart: Encodable {
            var name: String
            var weight: Double
            var score: Double?
            var adds: Double
            var key: String
            var stale: Bool
        }

        struct Part: Encodable {
            var text: String
            var result: String
            var isError: Bool
        }

        struct Reading: Encodable {
            var id: String
            var time: String
            var source: String
            var value: Double?
            var position: Int64
            var outcomes: [String]
            var condition: [Part]?
            var values: [String: [Part]]
        }

        var rule: String
        var version: String
        var status: String
        var key: String
        var exercise: Bool
        var at: String
        var verdict: String
        var zh: String
        var en: String
        var level: String?
        var episode: String?
        var newest: String?
        var lastReceived: String?
        var values: [String: Double]
        var parts: [IndexPart]
        var onlyWhile: [Part]?
        var levels: [Rung]
        var nextChange: String?
        var silentSince: String?
        var silenceDue: String?
        /// Why nothing new of the key may leave now; empty where it may.
        var withheld: String?
        var mutedUntil: String?
        var inhibitedBy: [String]?
        var flapping: Bool?
        var acknowledged: Bool?
        var answerDue: String?
        var readings: [Reading]
        var counters: [String: Int64]
    }

    var json: JSON {
        let state = explanation.state
        var counters: [String: Int64] = [:]
        for child in Mirror(reflecting: explanation.counters).children {
            if let name = child.label, let count = child.value as? Int64 { counters[name] = count }
        }
        return JSON(
            rule: rule.id, version: rule.version, status: "\(rule.status)", key: explanation.key,
            exercise: explanation.exercise, at: explanation.received.formatted(), verdict: kind, zh: verdict.zh,
            en: verdict.en, level: state?.level?.name, episode: state?.episode?.text,
            newest: state?.newest?.formatted(),
            lastReceived: state?.lastReceived.formatted(),
            values: .init(
                (state?.values ?? []).filter { !$0.value.isNaN }.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            parts: (state?.parts ?? []).map {
                .init(
                    name: $0.name, weight: $0.weight, score: $0.score, adds: $0.share, key: $0.key, stale: $0.isStale)
            },
            onlyWhile: state?.gate.map(Self.parts), levels: (state?.rungs ?? []).map(Self.rung),
            nextChange: state?.timer?.formatted(),
            silentSince: state?.silence?.since?.formatted(), silenceDue: state?.silence?.due.formatted(),
            withheld: state?.sending.withheld.name, mutedUntil: state?.sending.mutedUntil?.formatted(),
            inhibitedBy: state?.sending.inhibitors, flapping: state?.sending.isFlapping,
            acknowledged: state?.sending.isAcknowledged, answerDue: state?.sending.answerDue?.formatted(),
            readings: trace.steps.suffix(readings).reversed().map(Self.reading), counters: counters)
    }

    private static func parts(_ expression: ExplainedExpression) -> [JSON.Part] {
        expression.parts.map { .init(text: $0.text, result: $0.result, isError: $0.isError) }
    }

    private static func reading(_ step: ReplayTrace.Step) -> JSON.Reading {
        let reading = step.reading
        return JSON.Reading(
            id: reading.id, time: reading.time.formatted(), source: reading.source,
            value: reading.value.isNaN ? nil : reading.value, position: step.position, outcomes: step.outcomes,
            condition: reading.condition.map(parts),
            values: .init(reading.values.map { ($0.name, parts($0.expression)) }, uniquingKeysWith: { $1 }))
    }

    private static func rung(_ rung: Explanation.Rung) -> JSON.Rung {
        var json = JSON.Rung(
            level: rung.level.name, valueName: rung.valueName, value: rung.value.isNaN ? nil : rung.value,
            compare: rung.compare.symbol, at: threshold(rung.at), clear: rung.clear.map(threshold),
            signal: word(rung.signal), phase: "out")
        switch rung.phase {
        case .out: break
        case .pending(let since, let until):
            (json.phase, json.since, json.until) = ("pending", since.formatted(), until.formatted())
        case .held(let since): (json.phase, json.since) = ("held", since.formatted())
        case .clearing(let since, let until):
            (json.phase, json.since, json.until) = ("clearing", since.formatted(), until.formatted())
        }
        return json
    }

    private static func threshold(_ threshold: Explanation.Threshold) -> JSON.Threshold {
        let origin =
            switch threshold.origin {
            case .number: "number"
            case .limit(let name): "limit.\(name)"
            case .fallback(let name): "no limit.\(name): fallback"
            case .missing(let name): "no limit.\(name)"
            case .notYet: "not yet in force"
            }
        return .init(value: threshold.value.isNaN ? nil : threshold.value, origin: origin)
    }
}
