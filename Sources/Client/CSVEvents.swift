import Events

/// A CSV file as events, by a mapping. Rows that cannot be read are counted with a reason and passed over.
public struct CSVEvents: EventLines {
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
    private let fieldColumns: [Int]
    /// Of longitude and latitude.
    private let placeColumns: [Int]
    private let subject: [Piece]
    private let area: [Piece]
    private let id: [Piece]
    private let category: [Piece]

    public var skipped: SkippedLines { reader.skipped }
    public var line: Int { reader.number }
    /// Whether a line has begun a quote that none has ended yet.
    private var isOpen = false
    /// Rows that had a time and no value at all.
    public private(set) var emptyCount = 0

    public init(path: String, mapping: Mapping) throws(InputFailure) {
        var reader = try LineReader(path: path)
        guard let first = try reader.next() else { throw InputFailure(path: path, reason: "the file is empty") }
        guard let cells = CSVRow.split(first, delimiter: mapping.delimiter) else {
            throw InputFailure(path: path, line: 1, reason: "a quote is not closed")
        }
        guard Self.isText(first) else { throw InputFailure(path: path, line: 1, reason: Self.notText) }
        let header = cells.map { String(decoding: $0, as: UTF8.self) }
        func index(_ name: String) throws(InputFailure) -> Int {
            guard header.count(where: { $0 == name }) < 2 else {
                throw InputFailure(
                    path: path, line: 1, reason: "the column '\(name)' comes twice: rename one of the two")
            }
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
        var fieldColumns: [Int] = []
        for field in mapping.fields { fieldColumns.append(try index(field.column)) }
        var placeColumns: [Int] = []
        if let place = mapping.place { placeColumns = [try index(place.longitude), try index(place.latitude)] }
        let file = Self.stem(path)
        subject = try Self.pieces(mapping.subject, file, index)
        area = try Self.pieces(mapping.area, file, index)
        id = try Self.pieces(mapping.id, file, index)
        category = try Self.pieces(mapping.category, file, index)
        columns = header.count
        self.timeColumns = timeColumns
        self.readingColumns = readingColumns
        self.fieldColumns = fieldColumns
        self.placeColumns = placeColumns
        self.mapping = mapping
        self.reader = reader
    }

    public mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        while let line = try reader.next() {
            guard !line.isEmpty else { continue }
            guard Self.isText(line) else {
                reader.skip(Self.notText)
                continue
            }
            // What stands behind a line break in quotes may have as many cells as a row.
            if isOpen, line.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1 {
                isOpen = false
                reader.skip("it ends a quote that a line before has begun; a cell holds no line break")
                continue
            }
            let found = CSVRow.split(line, delimiter: mapping.delimiter)
            if found == nil { isOpen = true }
            guard let cells = found, cells.count == columns else {
                reader.skip("the row has not \(columns) cells")
                continue
            }
            isOpen = false
            let text = Array(timeColumns.map { cells[$0] }.joined(separator: [0x20]))
            guard let written = mapping.time.parse(text) else {
                reader.skip("'\(String(decoding: text, as: UTF8.self))' is no time of the mapping's format")
                continue
            }
            guard let time = Self.moved(written, mapping.shift) else {
                reader.skip("'\(String(decoding: text, as: UTF8.self))' is outside the years 1 to 9999")
                continue
            }
            if append(cells, time, to: &out) { return time }
        }
        return nil
    }

    /// nil outside the years that can be written.
    private static func moved(_ time: Timestamp, _ shift: TimeSpan) -> Timestamp? {
        let (moved, overflow) = time.microseconds.addingReportingOverflow(shift.microseconds)
        let years = Timestamp(seconds: -62_135_596_800)..<Timestamp(seconds: 253_402_300_800)
        return !overflow && years.contains(Timestamp(microseconds: moved)) ? Timestamp(microseconds: moved) : nil
    }

    private static let notText = "not UTF-8; convert the file first: iconv -f GB18030 -t UTF-8"

    private static func isText(_ line: ArraySlice<UInt8>) -> Bool { String(validating: line, as: UTF8.self) != nil }

    /// Whether the row had something to send.
    private mutating func append(_ cells: [[UInt8]], _ time: Timestamp, to out: inout [UInt8]) -> Bool {
        guard let readings = readings(cells), let fields = fields(cells), let place = place(cells) else { return false }
        let moment = time.formatted()
        let name = fill(subject, cells, moment, subject: "")
        let kind = fill(category, cells, moment, subject: name)
        guard !readings.isEmpty || !kind.isEmpty else {
            emptyCount += 1
            return false
        }
        out += Array("{\"id\":".utf8) + JSONText.quoted(fill(id, cells, moment, subject: name))
        func add(_ key: String, _ text: String) {
            if !text.isEmpty { out += Array(",\"\(key)\":".utf8) + JSONText.quoted(text) }
        }
        add("source", mapping.source)
        add("subject", name)
        add("area", fill(area, cells, moment, subject: name))
        add("period", mapping.period)
        add("category", kind)
        out += place + fields + Array(",\"time\":\"\(moment)\"".utf8)
        if !readings.isEmpty {
            out += Array(",\"readings\":[".utf8) + readings.joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)
        }
        out += Array("}\n".utf8)
        return true
    }

    private func hasValue(_ cell: [UInt8]) -> Bool {
        !cell.isEmpty && !mapping.missing.contains(String(decoding: cell, as: UTF8.self))
    }

    /// nil where a cell is no number: the row is then skipped.
    private mutating func readings(_ cells: [[UInt8]]) -> [[UInt8]]? {
        var readings: [[UInt8]] = []
        for (reading, column) in zip(mapping.readings, readingColumns) where hasValue(cells[column]) {
            guard let number = number(cells[column], reading.column, reading.scale) else { return nil }
            let head = "{\"metric\":\"\(reading.metric)\",\"unit\":"
            readings.append(
                Array(head.utf8) + JSONText.quoted(reading.unit) + Array(",\"value\":".utf8) + number + [0x7D])
        }
        return readings
    }

    /// Cells without a value are left out.
    private mutating func fields(_ cells: [[UInt8]]) -> [UInt8]? {
        var out: [UInt8] = []
        for (field, column) in zip(mapping.fields, fieldColumns) where hasValue(cells[column]) {
            out += [UInt8(ascii: ",")] + JSONText.quoted(field.name) + [UInt8(ascii: ":")]
            switch field.kind {
            case .string: out += JSONText.quoted(String(decoding: cells[column], as: UTF8.self))
            case .int:
                guard let number = number(cells[column], field.column, 1) else { return nil }
                guard Int64(String(decoding: number, as: UTF8.self)) != nil else {
                    reader.skip(
                        "'\(String(decoding: number, as: UTF8.self))' in column \(field.column) is no whole number")
                    return nil
                }
                out += number
            case .double:
                guard let number = number(cells[column], field.column, 1) else { return nil }
                // A whole number in JSON is an int to the rules.
                out += number + (number.contains { !($0 &- 48 <= 9 || $0 == 0x2D) } ? [] : Array(".0".utf8))
            }
        }
        return out
    }

    /// Both coordinates, or neither where one has no value.
    private mutating func place(_ cells: [[UInt8]]) -> [UInt8]? {
        guard let place = mapping.place, placeColumns.allSatisfy({ hasValue(cells[$0]) }) else { return [] }
        guard let longitude = number(cells[placeColumns[0]], place.longitude, 1),
            let latitude = number(cells[placeColumns[1]], place.latitude, 1)
        else { return nil }
        let system = place.system.isEmpty ? [] : Array(",\"crs\":".utf8) + JSONText.quoted(place.system)
        return Array(",\"lon\":".utf8) + longitude + Array(",\"lat\":".utf8) + latitude + system
    }

    private mutating func number(_ cell: [UInt8], _ column: String, _ scale: Double) -> [UInt8]? {
        guard JSONText.isNumber(cell) else {
            reader.skip("'\(String(decoding: cell, as: UTF8.self))' in column \(column) is no number")
            return nil
        }
        guard scale != 1 else { return cell }
        guard let number = Double(String(decoding: cell, as: UTF8.self)), (number * scale).isFinite else {
            reader.skip("'\(String(decoding: cell, as: UTF8.self))' in column \(column) is too large")
            return nil
        }
        return Array("\(number * scale)".utf8)
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
