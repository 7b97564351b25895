import Engine
import Events
import StrictYAML

/// One line of a test: `1m 21`, `0s..30m/30s 9.9 quality=bad`, `30s restart`, `90s escalated orange threshold 25`.
struct TestLine {
    let item: YAMLItem
    let words: [String]

    init(item: YAMLItem, text: String) {
        self.item = item
        words = text.split(separator: " ").map(String.init)
    }

    func readings(_ defaults: RuleTestReader.Defaults, _ known: RuleTestReader.Known) -> [RuleTestFile.Reading]? {
        guard words.count >= 2, let times = times(words[0]) else {
            return refuse(.badReading, "a reading begins with its time and value", "write it like 90s 31.5")
        }
        guard let value = value(words[1]) else {
            return refuse(.badReading, "'\(words[1])' is neither a number nor null", "write it like 90s 31.5")
        }
        var reading = RuleTestFile.Reading(
            at: .zero, value: value, subject: defaults.subject, source: defaults.source, area: defaults.area)
        var index = 2
        while index < words.count {
            guard let next = modify(&reading, index, known) else { return nil }
            index = next
        }
        return times.map { at in
            var copy = reading
            copy.at = at
            return copy
        }
    }

    /// Applies the word at the index; gives the index of the next.
    private func modify(
        _ reading: inout RuleTestFile.Reading, _ index: Int, _ known: RuleTestReader.Known
    ) -> Int? {
        let word = words[index]
        switch word {
        case "duplicate":
            reading.isDuplicate = true
            return index + 1
        case "exercise":
            reading.isExercise = true
            return index + 1
        case "late":
            guard index + 1 < words.count, let delay = span(words[index + 1]) else {
                return refuse(.badReading, "'late' is followed by a span", "write it like late 10m")
            }
            reading.delay = delay
            return index + 2
        default: break
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, isName(parts[0]), !parts[1].isEmpty else {
            return refuse(
                .badReading, "'\(word)' is not known after a reading",
                "write duplicate, exercise, late 10m or a field like quality=bad")
        }
        switch parts[0] {
        case "subject": reading.subject = parts[1]
        case "source": reading.source = parts[1]
        case "area": reading.area = parts[1]
        case "quality": reading.quality = parts[1]
        case "metric":
            guard isMetric(parts[1], word, known.metrics) else { return nil }
            reading.metric = parts[1]
        case "category": reading.category = parts[1]
        case "lon", "lat":
            guard let degrees = value(parts[1]) else {
                return refuse(.badReading, "'\(parts[1])' is no number of degrees", "write it like lon=120.3 lat=31.5")
            }
            if parts[0] == "lon" { reading.longitude = degrees } else { reading.latitude = degrees }
        default:
            guard isDeclared(parts[0], word, known) else { return nil }
            reading.fields.append(.init(name: parts[0], text: parts[1]))
        }
        return index + 1
    }

    private static let own = ["subject", "source", "area", "quality", "metric", "category", "lon", "lat"]

    /// A reading of a metric that nobody has would meet no rule.
    private func isMetric(_ name: String, _ word: String, _ metrics: MetricCatalogue?) -> Bool {
        guard let metrics, metrics[name] == nil else { return true }
        item.source.report(
            .unknownMetric, at: place(of: word), "the catalogue has no metric '\(name)'",
            help: closest(to: name, among: metrics.rows.map(\.name)).map { "did you mean '\($0)'?" }
                ?? "add it to metrics.yml")
        return false
    }

    /// A field that no input declares is read by nothing.
    private func isDeclared(_ name: String, _ word: String, _ known: RuleTestReader.Known) -> Bool {
        guard let fields = known.fields, !fields.contains(name) else { return true }
        item.source.report(
            .badReading, at: place(of: word), "no input of '\(known.rule)' declares a field '\(name)'",
            help: closest(to: name, among: Self.own + fields).map { "did you mean '\($0)'?" }
                ?? "declare it in the rule: 'input: {…, fields: {\(name): …}}'")
        return false
    }

    private func place(of word: String) -> YAMLMark {
        let text = item.scalar ?? ""
        let start = text.firstRange(of: " " + word).map { text[..<$0.lowerBound].unicodeScalars.count + 1 } ?? 0
        return item.mark(atScalar: start, width: word.unicodeScalars.count)
    }

    /// One time, or `from..to/step`, both ends included.
    private func times(_ text: String) -> [TimeSpan]? {
        guard let dots = text.firstRange(of: "..") else { return span(text).map { [$0] } }
        let ends = text[dots.upperBound...].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, let from = span(String(text[..<dots.lowerBound])), let to = span(ends[0]),
            let step = span(ends[1]), step > .zero, from <= to,
            (to.microseconds - from.microseconds) / step.microseconds < Int64(RuleTestReader.maximumReadings)
        else { return nil }
        return stride(from: from.microseconds, through: to.microseconds, by: Int(step.microseconds))
            .map(TimeSpan.init(microseconds:))
    }

    private func value(_ text: String) -> Double? {
        if text == "null" { return .nan }
        guard let value = Double(text), value.isFinite, !text.lowercased().contains("x") else { return nil }
        return value
    }

    func step() -> RuleTestFile.Step? {
        guard words.count >= 2, let at = span(words[0]) else {
            return refuse(.badStep, "a step begins with its time and kind", "write it like 30s restart")
        }
        let length = words.count == 3 ? span(words[2]) : nil
        if words[1] == "reload", words.count > 2 {
            let changes = words.dropFirst(2).map { ChangedRule.Change($0) }
            guard !changes.contains(nil) else {
                return refuse(.badStep, "a reload changes fields", "write it like 30s reload levels.red.at=55 for=20m")
            }
            return .reload(at: at, .init(list: changes.compactMap { $0 }, mark: item.mark))
        }
        switch (words[1], words.count) {
        case ("restart", 2): return .restart(at: at, deaf: .zero)
        case ("restart", 3): if let length { return .restart(at: at, deaf: length) }
        case ("gap", 3): if let length { return .gap(at: at, length: length) }
        case ("reload", 2): return .reload(at: at, .init(mark: item.mark))
        case ("remove", 2): return .remove(at: at)
        case ("tick", 2): return .tick(at: at)
        case ("ack", 2): return .acknowledge(at: at, key: nil)
        case ("ack", 3): return .acknowledge(at: at, key: words[2])
        default: break
        }
        return refuse(
            .badStep, "'\(words.dropFirst().joined(separator: " "))' is no step",
            "write restart, restart 1m, reload, reload for=20m, remove, tick, ack or gap 5m")
    }

    func expectation() -> RuleTestFile.Expectation? {
        guard words.count >= 2, let at = span(words[0]),
            let transition = Decision.Transition.allCases.first(where: { $0.name == words[1] })
        else {
            return refuse(
                .badExpectation, "an expectation begins with its time and transition",
                "write it like 1m raised yellow; the transitions are "
                    + alternatives(Decision.Transition.allCases.map(\.name)))
        }
        var expected = RuleTestFile.Expectation(at: at, transition: transition)
        var rest = words.dropFirst(2)
        if let level = rest.first.flatMap({ Level(name: $0) }) {
            expected.level = level
            rest = rest.dropFirst()
        }
        guard expected.level != nil || !Self.hasLevel(transition) else {
            return refuse(
                .badExpectation, "'\(words[1])' is followed by a level", "write it like 1m \(words[1]) yellow")
        }
        while let name = rest.popFirst() {
            guard let text = rest.popFirst(), detail(name, text, &expected) else {
                return refuse(
                    .badExpectation, "'\(name)' is not followed by what it needs",
                    "write threshold 25, value 31.5, reason cleared, about no_data, key RQ-1, withheld muted or to UNIT"
                )
            }
        }
        return expected
    }

    /// Whether an expectation has to say it: while it flaps, an alarm may be at none.
    private static func hasLevel(_ transition: Decision.Transition) -> Bool {
        switch transition {
        case .raised, .escalated, .deescalated: true
        case .resolved, .flappingStarted, .flappingEnded, .acknowledged, .unacknowledged, .unhandled: false
        }
    }

    private func detail(_ name: String, _ text: String, _ expected: inout RuleTestFile.Expectation) -> Bool {
        switch name {
        case "threshold": expected.threshold = value(text)
        case "value": expected.value = value(text)
        case "reason": expected.reason = Decision.Reason.allCases.first { $0.name == text }
        case "key", "subject": expected.key = text
        case "withheld": expected.withheld = Decision.Withheld.allCases.first { $0.name == text && $0 != .none }
        case "to": expected.unit = text
        case "about":
            guard let about = Decision.About.allCases.first(where: { $0.name == text }) else { return false }
            expected.about = about
        default: return false
        }
        switch name {
        case "threshold": return expected.threshold != nil
        case "value": return expected.value != nil
        case "reason": return expected.reason != nil
        case "withheld": return expected.withheld != nil
        default: return true
        }
    }

    private func span(_ text: String) -> TimeSpan? {
        guard let span = TimeSpan(parsing: text), span <= RuleTestReader.maximumSpan else { return nil }
        return span
    }

    private func refuse<T>(_ code: RuleCode, _ message: String, _ help: String) -> T? {
        item.report(code, message, help: help)
        return nil
    }
}
