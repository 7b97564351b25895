import StrictYAML

/// Columns of text, each as wide as its widest cell; Chinese characters count as two.
struct Table {
    private var rows: [[String]]

    init(_ header: String...) { rows = [header] }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// Without the columns that hold nothing but zeros: what is not is what a reader looks for.
    func withoutZeros() -> Table {
        var table = self
        let kept = rows[0].indices.filter { column in
            rows.count == 1 || rows.dropFirst().contains { $0.count > column && $0[column] != "0" }
        }
        table.rows = rows.map { row in kept.filter { $0 < row.count }.map { row[$0] } }
        return table
    }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.count > column ? displayWidth(of: $0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - displayWidth(of: cell))
            }
            return cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
