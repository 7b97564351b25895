import StrictYAML

/// A comma-separated table (RFC 4180, UTF-8) with a header row: cells with their places, every row as wide as the header.
struct CSVTable {
    struct Cell {
        var text: String
        var mark: YAMLMark
    }

    /// A million subjects; more belong into a database.
    static let maximumRows = 1_000_000
    /// The fixed columns and two dozen limits.
    static let maximumColumns = 64

    var header: [Cell]
    var rows: [[Cell]]

    /// nil where the text is no such table; findings then have an error.
    static func read(_ source: YAMLSource, bytes: [UInt8]) -> CSVTable? {
        var scanner = Scanner(bytes: bytes, index: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        var table: CSVTable?
        while let row = scanner.row() {
            if scanner.isBroken {
                source.report(
                    .csvShape, at: scanner.place(1), "a quote without its partner, or text after a closing quote",
                    help: "double a quote inside a quoted cell")
                return nil
            }
            if row.count == 1, row[0].text.isEmpty { continue }
            guard let width = table?.header.count else {
                guard row.count <= maximumColumns else {
                    source.report(
                        .csvShape, at: row[0].mark, "a table has at most \(maximumColumns) columns",
                        help: "remove columns")
                    return nil
                }
                table = CSVTable(header: row, rows: [])
                if let comma = fullWidthComma(row) {
                    source.report(.csvShape, at: comma, "a column's name has no comma", help: "write ','")
                    return nil
                }
                continue
            }
            guard row.count == width else {
                let comma = row.count < width ? fullWidthComma(row) : nil
                source.report(
                    .csvShape, at: comma ?? row[0].mark, "the row has \(row.count) cells, the header has \(width)",
                    help: "quote a cell that contains a comma")
                return nil
            }
            table?.rows.append(row)
            if table?.rows.count ?? 0 > maximumRows {
                source.report(
                    .csvShape, at: row[0].mark, "a table has at most \(maximumRows) rows",
                    help: "split it into several files")
                return nil
            }
        }
        if table == nil {
            source.report(YAMLCode.emptyFile, at: nil, "the file is empty", help: "write it, or remove it")
        }
        return table
    }

    /// `甲，乙` is one cell; a quoted one may be.
    private static func fullWidthComma(_ row: [Cell]) -> YAMLMark? {
        for cell in row where cell.mark.width == cell.text.unicodeScalars.count {
            guard let comma = cell.text.unicodeScalars.enumerated().first(where: { $1 == "，" }) else { continue }
            return YAMLMark(line: cell.mark.line, column: cell.mark.column + comma.offset)
        }
        return nil
    }

    /// Splits bytes into rows of cells.
    private struct Scanner {
        private static let comma = UInt8(ascii: ",")
        private static let newline = UInt8(ascii: "\n")
        private static let quote = UInt8(ascii: "\"")
        private static let carriageReturn = UInt8(ascii: "\r")

        let bytes: [UInt8]
        var index: Int
        var line = 1
        var isBroken = false

        func place(_ column: Int) -> YAMLMark { YAMLMark(line: line, column: column) }

        private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

        /// nil at the end.
        mutating func row() -> [Cell]? {
            guard next != nil, !isBroken else { return nil }
            var cells: [Cell] = []
            var column = 1
            let start = line
            while true {
                let text = cell()
                let width = text.unicodeScalars.count
                cells.append(Cell(text: text, mark: YAMLMark(line: start, column: column, width: width)))
                column += width + 1
                guard !isBroken, let byte = next else { return cells }
                index += 1
                if byte == Self.newline {
                    line += 1
                    return cells
                }
            }
        }

        /// Up to a comma, a line's end or the table's end, none of them taken but a carriage return.
        private mutating func cell() -> String {
            if next == Self.quote { return quoted() }
            let start = index
            while let byte = next, byte != Self.comma, byte != Self.newline { index += 1 }
            let end = index > start && bytes[index - 1] == Self.carriageReturn ? index - 1 : index
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }

        private mutating func quoted() -> String {
            var text: [UInt8] = []
            index += 1
            while let byte = next {
                index += 1
                if byte == Self.newline { line += 1 }
                guard byte == Self.quote else {
                    text.append(byte)
                    continue
                }
                guard next == Self.quote else {
                    if next == Self.carriageReturn { index += 1 }
                    isBroken = ![nil, Self.comma, Self.newline].contains(next)
                    return String(decoding: text, as: UTF8.self)
                }
                text.append(byte)
                index += 1
            }
            isBroken = true
            return ""
        }
    }
}
