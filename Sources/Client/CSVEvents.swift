import Events

/// A CSV file as events, by a mapping. Rows that cannot be read are counted with a reason and passed over.
public struct CSVEvents: EventLines {
    public struct Skipped: Equatable, Sendable {
        public var line: Int
        public var reason: String
    }

    /// How many of the skipped rows are kept with their reason.
    public static let maximumSkipped = 100

    private enum Piece {
        case text(String)
        case column(Int)
        case time
        case subject
    }

    private let mapping: Mapping
    private var reader: LineReader
    private let columns: Int
    private let timeColumns: [Int]
    private let readingColumns: [Int]
    private let subject: [Piece]
    private let area: [Piece]
    private let id: [Piece]

    public private(set) var skipped: [Skipped] = []
    public private(set) var skippedCount = 0
    /// Rows that had a time and no value at all.
    public private(set) var emptyCount = 0

    public init(path: String, mapping: Mapping) throws(InputFailure) {
        var reader = try LineReader(path: path)
        guard var first = try reader.next() else { throw InputFailure(path: path, reason: "the file is empty") }
        if first.starts(with: [0xEF, 0xBB, 0xBF]) { first = first.dropFirst(3) }
        guard let cells = CSVRow.split(first, delimiter: mapping.delimiter) else {
            throw InputFailure(path: path, line: 1, reason: "a quote is not closed")
        }
        let header = cells.map { String(decoding: $0, as: UTF8.self) }
        func index(_ name: String) throws(InputFailure) -> Int {
            guard let found = header.firstIndex(of: name) else {
                throw InputFailure(
                    path: path, line: 1,
                    reason: "there is no column '\(name)'; the columns are: \(header.joined(separator: ", "))")
            }
            return found
        }
        var timeColumns: [Int] = []
        for name in mapping.timeColumns { timeColumns.append(try index(name)) }
        var readingColumns: [Int] = []
        for reading in mapping.readings { readingColumns.append(try index(reading.column)) }
        let file = Self.stem(path)
        subject = try Self.pieces(mapping.subject, file, index)
        area = try Self.pieces(mapping.area, file, index)
        id = try Self.pieces(mapping.id, file, index)
        columns = header.count
        self.timeColumns = timeColumns
        self.readingColumns = readingColumns
        self.mapping = mapping
        self.reader = reader
    }

    public mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        while let line = try reader.next() {
            guard !line.isEmpty else { continue }
            guard let cells = CSVRow.split(line, delimiter: mapping.delimiter), cells.count == columns else {
                skip("the row has not \(columns) cells")
                continue
            }
            let text = Array(timeColumns.map { cells[$0] }.joined(separator: [0x20]))
            guard let written = mapping.time.parse(text) else {
                skip("'\(String(decoding: text, as: UTF8.self))' is no time of the mapping's format")
                continue
            }
            let time = written + mapping.shift
            if append(cells, time, to: &out) { return time }
        }
        return nil
    }

    private mutating func skip(_ reason: String) {
        skippedCount += 1
        if skipped.count < Self.maximumSkipped { skipped.append(Skipped(line: reader.number, reason: reason)) }
    }

    /// Whether the row had a value to send.
    private mutating func append(_ cells: [[UInt8]], _ time: Timestamp, to out: inout [UInt8]) -> Bool {
        var readings: [[UInt8]] = []
        for (reading, column) in zip(mapping.readings, readingColumns) {
            let cell = cells[column]
            guard !cell.isEmpty, !mapping.missing.contains(String(decoding: cell, as: UTF8.self)) else { continue }
            guard let number = number(cell, reading.scale) else {
                skip("'\(String(decoding: cell, as: UTF8.self))' in column \(reading.column) is no number")
                return false
            }
            let head = "{\"metric\":\"\(reading.metric)\",\"unit\":"
            readings.append(
                Array(head.utf8) + JSONText.quoted(reading.unit) + Array(",\"value\":".utf8) + number + [0x7D])
        }
        guard !readings.isEmpty else {
            emptyCount += 1
            return false
        }
        let moment = time.formatted()
        let name = fill(subject, cells, moment, subject: "")
        out += Array("{\"id\":".utf8) + JSONText.quoted(fill(id, cells, moment, subject: name))
        if !mapping.source.isEmpty { out += Array(",\"source\":".utf8) + JSONText.quoted(mapping.source) }
        out += Array(",\"subject\":".utf8) + JSONText.quoted(name)
        let area = fill(area, cells, moment, subject: name)
        if !area.isEmpty { out += Array(",\"area\":".utf8) + JSONText.quoted(area) }
        if !mapping.period.isEmpty { out += Array(",\"period\":".utf8) + JSONText.quoted(mapping.period) }
        out += Array(",\"time\":\"\(moment)\",\"readings\":[".utf8)
        out += readings.joined(separator: [UInt8(ascii: ",")])
        out += Array("]}\n".utf8)
        return true
    }

    private func number(_ cell: [UInt8], _ scale: Double) -> [UInt8]? {
        guard JSONText.isNumber(cell) else { return nil }
        guard scale != 1 else { return cell }
        return Double(String(decoding: cell, as: UTF8.self)).map { Array("\($0 * scale)".utf8) }
    }

    private func fill(_ pieces: [Piece], _ cells: [[UInt8]], _ time: String, subject: String) -> String {
        pieces.reduce(into: "") { out, piece in
            switch piece {
            case .text(let text): out += text
            case .column(let index): out += String(decoding: cells[index], as: UTF8.self)
            case .time: out += time
            case .subject: out += subject
            }
        }
    }

    private static func pieces(
        _ template: String, _ file: String, _ index: (String) throws(InputFailure) -> Int
    ) throws(InputFailure) -> [Piece] {
        var pieces: [Piece] = []
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.text(String(rest[..<open])))
            let name = String(rest[rest.index(after: open)..<close])
            switch name {
            case "file": pieces.append(.text(file))
            case "time": pieces.append(.time)
            case "subject": pieces.append(.subject)
            default: pieces.append(.column(try index(name)))
            }
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.text(String(rest)))
        return pieces
    }

    private static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? Substring(path)
        return String(name.prefix { $0 != "." })
    }
}
