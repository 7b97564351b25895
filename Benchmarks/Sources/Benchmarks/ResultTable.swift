/// What was measured beside what was promised, as Markdown.
struct ResultTable {
    private var rows: [[String]] = [["what", "measured", "target"]]

    mutating func add(_ what: String, _ measured: String, target: String = "") {
        rows.append([what, measured, target])
    }

    var text: String {
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            "| " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
                + " |"
        }
        lines.insert("|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|", at: 1)
        return lines.joined(separator: "\n")
    }
}
