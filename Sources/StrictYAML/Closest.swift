// "Did you mean": the nearest of some names, where it is near enough to be a slip.

/// The name within a third of the text's length (at least one edit); the first of equals.
public func closest(to text: String, among names: [String]) -> String? {
    let allowed = max(1, text.unicodeScalars.count / 3)
    var best: (name: String, distance: Int)?
    for name in names where abs(name.unicodeScalars.count - text.unicodeScalars.count) <= allowed {
        let distance = editDistance(Array(text.lowercased().unicodeScalars), Array(name.lowercased().unicodeScalars))
        if distance <= allowed, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

/// What other tools call a thing, and what it may be called here; for the one of them that a mapping has.
func translated(_ word: String, among keys: [String]) -> String? {
    let words: [String: [String]] = [
        "on": ["input"], "expr": ["value", "where"], "expression": ["value", "where"], "alert": ["id"],
        "keep_firing_for": ["clear_for"], "annotations": ["message"], "severity": ["levels", "level"],
        "threshold": ["at"], "enter": ["at"], "reset": ["clear"], "recover": ["clear"], "hold": ["for"],
        "duration": ["for"], "pending": ["for"], "if": ["where"], "when": ["where"], "filter": ["where"],
        "condition": ["where"], "group_by": ["by"], "key": ["by"], "interval": ["step"], "window": ["over"],
        "range": ["over"], "name": ["title", "id"], "summary": ["message"], "description": ["message"],
        "runbook_url": ["runbook"], "team": ["owner"], "source": ["cite", "cites"], "timeout": ["after"],
        "action": ["do"], "input_series": ["readings"], "values": ["readings"], "exp_alerts": ["expect"],
    ]
    return words[word.lowercased()]?.first { keys.contains($0) }
}

/// `a, b or c`
public func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i] + [Int](repeating: 0, count: b.count)
        for j in 1...b.count {
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
