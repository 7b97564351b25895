import Engine
import Events
import Platform
import StrictYAML

/// An explanation in words: a verdict in Chinese and English, then what it rests on, line by line.
struct ShownExplanation {
    let explanation: Explanation
    let trace: ReplayTrace
    let start: ReplayJournal.Start
    let readings: Int

    init(_ explanation: Explanation, _ trace: ReplayTrace, _ start: ReplayJournal.Start, readings: Int) {
        (self.explanation, self.trace, self.start, self.readings) = (explanation, trace, start, readings)
    }

    var rule: Rule { explanation.rule }

    var text: String {
        var lines = ["\(rule.id)  \(rule.title.zh)  \(rule.title.en)"]
        lines.append(
            "key \(explanation.key) at \(explanation.received.formatted())"
                + (explanation.exercise ? " [exercise]" : ""))
        lines += ["", verdict.zh, verdict.en, ""]
        lines += standing
        if let state = explanation.state { lines += describe(state) }
        lines += history
        lines += counterLines
        return lines.joined(separator: "\n")
    }

    var kind: String {
        if rule.status == .disabled { return "disabled" }
        guard let state = explanation.state else { return "unseen" }
        if state.sending.isFlapping { return "flapping" }
        if state.level != nil { return "firing" }
        if pending != nil { return "pending" }
        return state.silence?.since != nil ? "silent" : "quiet"
    }

    private var pending: (level: Level, since: Timestamp, until: Timestamp)? {
        for rung in explanation.state?.rungs.reversed() ?? [] {
            if case .pending(let since, let until) = rung.phase { return (rung.level, since, until) }
        }
        return nil
    }

    var verdict: (zh: String, en: String) {
        switch kind {
        case "disabled": return ("停用:不读取事件,已有报警保持原样", "DISABLED: it reads no events; open alarms stay as they are")
        case "firing":
            let state = explanation.state
            let level = state?.level ?? .blue
            let since = state?.startedAt?.formatted() ?? "-"
            let episode = state?.episode?.text ?? "-"
            return (
                "报警中:\(level.zh),自 \(since),编号 \(episode)", "FIRING \(level.name) since \(since), episode \(episode)"
            )
        case "flapping":
            let episode = explanation.state?.episode?.text ?? "-"
            let level = explanation.state?.level
            return (
                "抖动:当前\(level?.zh ?? "未报警"),编号 \(episode),恢复稳定前不逐次通知",
                "FLAPPING, now \(level?.name ?? "at no level"), episode \(episode): changes are not told one by one"
            )
        case "pending":
            guard let pending else { return ("", "") }
            return (
                "持续中:\(pending.level.zh)条件自 \(pending.since.formatted()) 成立,保持到 \(pending.until.formatted()) 即报警",
                "PENDING \(pending.level.name) since \(pending.since.formatted()), raised at \(pending.until.formatted()) if it holds"
            )
        case "silent":
            let since = explanation.state?.silence?.since?.formatted() ?? "-"
            return ("无数据:自 \(since) 判定失联,数值未知", "NO DATA since \(since): the value is unknown, which is not safe")
        case "unseen":
            return ("没有状态:该规则没有判定过此对象的任何数据", "NO STATE: the rule has judged nothing of this key\(unseen)")
        default: return ("未报警:" + quiet.zh, "QUIET: " + quiet.en)
        }
    }

    private var unseen: String {
        if !trace.steps.isEmpty { return "; its readings are below, with what became of each" }
        if let near = closest(to: explanation.key, among: trace.engine.keys(of: rule.id)) {
            return "; did you mean \(near)?"
        }
        return trace.read == 0 ? "; it has read no event since the trace began" : ""
    }

    private var quiet: (zh: String, en: String) {
        guard let state = explanation.state else { return ("", "") }
        if state.gate?.result == "false" { return ("only_while 条件不成立", "only_while is false") }
        if state.rungs.allSatisfy({ $0.signal == .unknown }) {
            return ("数值或阈值未知", "its value or every threshold is unknown")
        }
        if state.rungs.contains(where: { $0.signal == .stay }) {
            return ("数值在解除与进入阈值之间,未达到进入阈值", "its value lies between clear and enter, and no level was entered before")
        }
        return ("未达到任何等级的阈值", "no level's threshold is reached")
    }

    private var standing: [String] {
        var lines = [
            "status \(rule.status)\(rule.status == .sandbox ? ": stored, never sent" : ""), version \(rule.version)"
        ]
        let (from, until) = (rule.effectiveFrom, rule.effectiveUntil)
        if from > .distantPast || until < .distantFuture {
            let now = explanation.received
            let word = now < from ? "not yet in effect" : now >= until ? "no longer in effect" : "in effect"
            lines.append(
                "effective \(from > .distantPast ? from.formatted() : "always") until "
                    + "\(until < .distantFuture ? until.formatted() : "further notice"): \(word)")
        }
        switch start {
        case .beginning: break
        case .snapshot(let position, let received):
            lines.append("state from the snapshot at position \(position), \(received.formatted())")
        case .firstKept(let position):
            lines.append("older entries are pruned: keys begin empty at position \(position)")
        }
        return lines
    }

    private func describe(_ state: Explanation.State) -> [String] {
        var lines: [String] = []
        if let newest = state.newest {
            lines.append(
                "newest reading \(newest.formatted()), received \(state.lastReceived.formatted()), position \(state.position)"
            )
        } else {
            lines.append("no reading yet: expected since \(state.lastReceived.formatted())")
        }
        if !state.isRegistered, rule.by == .subject { lines.append("the registry does not know \(state.subject)") }
        for value in state.values {
            lines.append("value \(value.name) = \(number(value.value))\(value.isWindow ? " (window)" : "")")
        }
        if !state.parts.isEmpty { lines += ["", Self.table(of: state.parts)] }
        if let gate = state.gate { lines += Self.lines(of: gate, "only_while") }
        lines.append("")
        var table = Table("level", "value", "enters", "leaves", "now", "state")
        for rung in state.rungs.reversed() {
            table.add(
                rung.level.name, "\(rung.valueName) \(number(rung.value))", "\(rung.compare.symbol) \(text(rung.at))",
                leaves(rung), Self.word(rung.signal), word(rung.phase))
        }
        lines.append(table.text)
        if state.held > 0 {
            lines.append("\(state.held) newer readings wait for lateness (\(rule.lateness.formatted)) to pass")
        }
        if let timer = state.timer {
            if case .absence = rule.kind {
                lines.append("next change \(timer.formatted()) on the platform's clock, unless it is heard of")
            } else {
                lines.append("next change \(timer.formatted()) on the source's clock")
            }
        }
        if let silence = state.silence { lines.append(Self.line(of: silence)) }
        return lines + ShownSending(sending: state.sending, rule: rule).lines
    }

    /// The parts of an index.
    private static func table(of parts: [Explanation.Part]) -> String {
        var table = Table("part", "score", "weight", "adds", "worst key")
        for part in parts {
            table.add(
                part.name, part.score.map(ShownNumber.text) ?? "no data: left out", ShownNumber.text(part.weight),
                ShownNumber.text((part.share * 100).rounded() / 100),
                part.key.isEmpty ? "-" : part.key + (part.isStale ? " (stale)" : ""))
        }
        return table.text
    }

    private func leaves(_ rung: Explanation.Rung) -> String {
        let isRising = rung.compare == .greater || rung.compare == .greaterOrEqual
        return rung.clear.map { "\(isRising ? "<" : ">") \(text($0))" } ?? "as soon as not entered"
    }

    /// A silence is a span of time.
    private func number(_ value: Double) -> String {
        guard case .absence = rule.kind else { return value.isNaN ? "unknown" : ShownNumber.text(value) }
        return Engine.isSilence(value) ? TimeSpan.seconds(Int64(value)).formatted : "unknown"
    }

    private func text(_ threshold: Explanation.Threshold) -> String {
        switch threshold.origin {
        case .number: number(threshold.value)
        case .limit(let name): "\(number(threshold.value)) (limit.\(name) of the registry)"
        case .fallback(let name): "\(number(threshold.value)) (no limit.\(name) in the registry)"
        case .missing(let name): "? (no limit.\(name) in the registry: never judged)"
        case .notYet: "? (not yet in force)"
        }
    }

    static func word(_ signal: Explanation.Signal) -> String {
        switch signal {
        case .enter: "entered"
        case .stay: "between"
        case .clear: "clear"
        case .gated: "clear (only_while)"
        case .unknown: "unknown"
        }
    }

    private func word(_ phase: Explanation.Phase) -> String {
        switch phase {
        case .out: "out"
        case .pending(let since, let until): "pending since \(since.formatted()) until \(until.formatted())"
        case .held(let since): "held since \(since.formatted())"
        case .clearing(let since, let until): "held, clear since \(since.formatted()), left at \(until.formatted())"
        }
    }

    private static func line(of silence: Explanation.Silence) -> String {
        let action = "\(silence.action)"
        if let since = silence.since {
            let alarm = silence.episode.map { ", alarm \($0.text)" } ?? ""
            return "no_data (\(action)): silent since \(since.formatted())\(alarm)"
        }
        return
            "no_data (\(action)) after \(silence.after.formatted): due \(silence.due.formatted()) on the platform's clock"
    }

    /// Parts are indented under the whole, each as `text = value`.
    private static func lines(of expression: ExplainedExpression, _ name: String) -> [String] {
        expression.parts.enumerated().map { index, part in
            let value = part.isError ? "unknown (\(part.result))" : part.result
            return index == 0 ? "\(name): \(part.text) = \(value)" : "    \(part.text) = \(value)"
        }
    }

    private var history: [String] {
        var lines: [String] = []
        let shown = trace.steps.suffix(readings)
        if !shown.isEmpty { lines += ["", "readings of this key, newest first (last day):"] }
        for (index, step) in shown.reversed().enumerated() {
            let reading = step.reading
            let value = reading.value.isNaN ? "null" : ShownNumber.text(reading.value)
            lines.append(
                "\(reading.time.formatted()) \(value)\(reading.unit.isEmpty ? "" : " " + reading.unit) "
                    + "\(reading.id) of \(reading.source), position \(step.position): \(Self.words(step.outcomes))")
            // All parts of the newest; of the others only what kept them out.
            if let condition = reading.condition, index == 0 || condition.result != "true" {
                lines += Self.lines(of: condition, "where").map { "    " + $0 }
            }
            if index == 0 {
                lines += reading.values.flatMap { Self.lines(of: $0.expression, $0.name) }.map { "    " + $0 }
            }
        }
        let decisions = trace.decisions.suffix(readings)
        if !decisions.isEmpty { lines += ["", "transitions, newest first:"] }
        for decision in decisions.reversed() { lines.append(AlarmsCommand.ShowCommand.line(decision)) }
        return lines
    }

    /// What became of a reading.
    static func words(_ outcomes: [String]) -> String {
        guard !outcomes.isEmpty else { return "not evaluated" }
        return outcomes.map { outcome in
            switch outcome {
            case "evaluated": "evaluated"
            case "filtered": "left out by where"
            case "unknown": "unknown: state unchanged"
            case "late": "late: behind its source by more than lateness"
            case "outOfOrder": "older than the key's newest: windows only"
            case "held": "waits for lateness to pass"
            case "appliedEarly": "made an older one count before lateness had passed: too many wait"
            case "notEffective": "outside the effective dates"
            case "noKey": "lacks what the rule is keyed by"
            case "refusedKeys": "refused: the rule has reached max_keys"
            case "unitMismatch": "another unit than the rule's"
            case "future": "too far in the future: kept, not evaluated"
            case "implausible": "outside the metric's plausible range: kept, not evaluated"
            default: outcome
            }
        }.joined(separator: ", ")
    }

    private var counterLines: [String] {
        var counts: [String] = []
        for child in Mirror(reflecting: explanation.counters).children {
            guard let name = child.label, let count = child.value as? Int64, count > 0 else { continue }
            counts.append("\(name) \(count)")
        }
        var lines = ["", "all keys of the rule: " + (counts.isEmpty ? "nothing yet" : counts.joined(separator: ", "))]
        if let source = explanation.source {
            lines.append(
                "source \(source.name): newest event \(source.newest.formatted()), accepted \(source.accepted), "
                    + "late \(source.late), future \(source.future), out of order \(source.outOfOrder)")
        }
        return lines
    }
}
