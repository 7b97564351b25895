/// Splits one line of a CSV file into cells; a cell in quotes may hold the delimiter and doubled quotes.
enum CSVRow {
    /// nil where a quote is not closed on the line.
    static func split(_ line: ArraySlice<UInt8>, delimiter: UInt8) -> [[UInt8]]? {
        let quote = UInt8(ascii: "\"")
        guard line.contains(quote) else {
            return line.split(separator: delimiter, omittingEmptySubsequences: false).map { Array($0) }
        }
        var cells: [[UInt8]] = [[]]
        var isQuoted = false
        var at = line.startIndex
        while at < line.endIndex {
            let byte = line[at]
            at += 1
            if isQuoted, byte == quote, at < line.endIndex, line[at] == quote {
                cells[cells.count - 1].append(quote)
                at += 1
            } else if byte == quote, isQuoted || cells[cells.count - 1].isEmpty {
                isQuoted.toggle()
            } else if byte == delimiter, !isQuoted {
                cells.append([])
            } else {
                cells[cells.count - 1].append(byte)
            }
        }
        return isQuoted ? nil : cells
    }
}
