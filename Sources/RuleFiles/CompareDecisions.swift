import Engine
import Events
import StrictYAML

/// Expected and actual transitions side by side, in the order of time.
public struct TransitionRow: Equatable, Sendable, Codable {
    /// As the test writes it; nil for a transition that nothing expects.
    public var expected: String?
    /// In the same words with every detail; nil where it did not happen.
    public var actual: String?
    public var matches: Bool
}

/// The longest common order of both lists; what is left stands beside each other.
func compare(_ expected: [RuleTestFile.Expectation], _ actual: [Decision], start: Timestamp) -> [TransitionRow] {
    var rows: [TransitionRow] = []
    var missing: [String] = []
    var extra: [String] = []
    func flush() {
        for index in 0..<max(missing.count, extra.count) {
            rows.append(
                TransitionRow(
                    expected: index < missing.count ? missing[index] : nil,
                    actual: index < extra.count ? extra[index] : nil, matches: false))
        }
        missing = []
        extra = []
    }
    for pair in alignment(expected, actual, start) {
        switch pair {
        case (let e?, let a?):
            flush()
            rows.append(
                TransitionRow(expected: expected[e].text, actual: actual[a].text(start: start), matches: true))
        case (let e?, nil): missing.append(expected[e].text)
        case (nil, let a?): extra.append(actual[a].text(start: start))
        case (nil, nil): break
        }
    }
    flush()
    return rows
}

/// Pairs of indices; beyond a bound that no readable test reaches, line by line.
private func alignment(
    _ expected: [RuleTestFile.Expectation], _ actual: [Decision], _ start: Timestamp
) -> [(Int?, Int?)] {
    let (n, m) = (expected.count, actual.count)
    guard n * m <= 4_000_000 else {
        return (0..<max(n, m)).flatMap { index -> [(Int?, Int?)] in
            if index < n, index < m, expected[index].matches(actual[index], start: start) { return [(index, index)] }
            return [(index < n ? index : nil, nil), (nil, index < m ? index : nil)]
        }
    }
    var common = [Int](repeating: 0, count: (n + 1) * (m + 1))
    func at(_ i: Int, _ j: Int) -> Int { i * (m + 1) + j }
    for i in stride(from: n - 1, through: 0, by: -1) {
        for j in stride(from: m - 1, through: 0, by: -1) {
            common[at(i, j)] =
                expected[i].matches(actual[j], start: start)
                ? common[at(i + 1, j + 1)] + 1 : max(common[at(i + 1, j)], common[at(i, j + 1)])
        }
    }
    var pairs: [(Int?, Int?)] = []
    var (i, j) = (0, 0)
    while i < n || j < m {
        if i < n, j < m, expected[i].matches(actual[j], start: start) {
            pairs.append((i, j))
            (i, j) = (i + 1, j + 1)
        } else if j == m || (i < n && common[at(i + 1, j)] >= common[at(i, j + 1)]) {
            pairs.append((i, nil))
            i += 1
        } else {
            pairs.append((nil, j))
            j += 1
        }
    }
    return pairs
}

extension RuleTestFile.Expectation {
    func matches(_ decision: Decision, start: Timestamp) -> Bool {
        decision.at == start + at && decision.transition == transition && decision.about == about
            && (level == nil || level == decision.level) && (threshold == nil || threshold == decision.threshold)
            && (value == nil || value == decision.value) && (reason == nil || reason == decision.reason)
            && (key == nil || key == decision.key) && (unit.map(decision.escalateTo.contains) ?? true)
            && (withheld.map { $0 == decision.withheld }
                ?? (decision.withheld == .none || decision.withheld == .sandbox))
    }

    var text: String {
        var words = [at.formatted, transition.name]
        if let level { words.append(level.name) }
        if let reason { words.append("reason \(reason.name)") }
        if about != .value { words.append("about \(about.name)") }
        if let threshold { words.append("threshold \(plainNumber(threshold))") }
        if let value { words.append("value \(plainNumber(value))") }
        if let key { words.append("key \(key)") }
        if let withheld { words.append("withheld \(withheld.name)") }
        if let unit { words.append("to \(unit)") }
        return words.joined(separator: " ")
    }
}

extension Decision {
    /// In the words of an expectation, so that it can be pasted into the test.
    func text(start: Timestamp) -> String {
        var words = [(at - start).formatted, transition.name]
        if let level { words.append(level.name) }
        if reason != .none { words.append("reason \(reason.name)") }
        if about != .value { words.append("about \(about.name)") }
        if !threshold.isNaN { words.append("threshold \(plainNumber(threshold))") }
        if !value.isNaN { words.append("value \(plainNumber(value))") }
        words.append("key \(key)")
        if withheld != .none { words.append("withheld \(withheld.name)") }
        words += escalateTo.map { "to \($0)" }
        return words.joined(separator: " ")
    }
}
