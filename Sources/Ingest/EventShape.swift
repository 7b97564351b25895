import CSimdJSON
import Events

/// An event that came, its bytes and its draft: of one that differs in values only, those values are read and nothing else.
///
/// Gateways send event after event of one shape. What is otherwise, rare or wrong is left to the tape: this decides nothing.
struct EventShape: ~Copyable {
    /// Bytes of an event that is remembered.
    private static let maximumBytes = 1024
    /// Events of other shapes in a row, and events of this one, before another is remembered: that costs about an event's time.
    private static let patience = 3
    private static let longLife = 4096

    /// Text or a number that may differ.
    private struct Value: BitwiseCopyable {
        enum Place: BitwiseCopyable {
            /// An offset in the draft's parts.
            case part(Int)
            /// A number among its fields.
            case field(Int)
        }

        /// Without quotes; the byte at `end` is a quote or what follows a number.
        var start, end: Int
        var isNumber: Bool
        var place: Place
    }

    /// 0 where no event is remembered.
    private var count = 0
    private var hits = 0
    /// Since the last hit.
    private var misses = patience + 1
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: maximumBytes + JSONParser.padding)
    /// For each byte the number of the first value that does not end before it.
    private let valueAt = UnsafeMutablePointer<Int16>.allocate(capacity: maximumBytes)
    /// In the order of the document, fewer than it has bytes.
    private var values: [Value] = []
    /// Before anything is judged; its texts are in the memory of `parser`.
    private var draft = EventDraft()
    private let parser = PlainJSON(maximumBytes: maximumBytes)
    private let keys = EventKeyTable()

    deinit {
        bytes.deallocate()
        valueAt.deallocate()
    }

    /// Fills the draft from a document with `JSONParser.padding` readable bytes after it, into which its texts point. False where the
    /// document is not of this shape: then there is nothing in the draft to rely on.
    mutating func read(_ document: UnsafePointer<UInt8>, count length: Int, _ draft: inout EventDraft) -> Bool {
        let isRead = count > 0 && hits <= Self.longLife && compare(document, length, &draft)
        if isRead { (hits, misses) = (hits + 1, 0) } else { misses += 1 }
        return isRead
    }

    @inline(__always)
    private func compare(_ document: UnsafePointer<UInt8>, _ length: Int, _ draft: inout EventDraft) -> Bool {
        draft.set(self.draft)
        let end = document + length
        var at = document
        var (known, next) = (0, 0)
        while true {
            // Neither runs beyond its end, where padding is readable.
            let same = fh_json_same(bytes + known, at, min(count &- known, end - at))
            known &+= same
            at += same
            if known == count || at == end { return known == count && at == end }
            // Below `count`, so that there is an entry; a value is read once.
            let number = Int(valueAt[known])
            guard number >= next, number < values.count else { return false }
            let value = values[number]
            guard known >= value.start else { return false }
            at -= known &- value.start
            guard value.isNumber ? Self.number(&at, end, value.place, &draft) : Self.text(&at, end, value.place, &draft)
            else { return false }
            known = value.end
            next = number &+ 1
        }
    }

    @inline(__always) private static func text(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ place: Value.Place, _ draft: inout EventDraft
    ) -> Bool {
        let start = at
        while true {
            guard at < end else { return false }
            let plain = Int(fh_json_plain(at))
            at += plain
            if plain == 16 { continue }
            if at[0] == UInt8(ascii: "\"") { break }
            guard PlainJSON.isHan(at) else { return false }
            at += 3
        }
        let text = Text(start: start, count: at - start)
        guard text.count > 0, text.count <= Limits.stringBytes else { return false }
        switch place {
        case .part(let offset): draft.setPart(offset, text)
        case .field(let number): draft.fields[number].text = text
        }
        return true
    }

    @inline(__always) private static func number(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ place: Value.Place, _ draft: inout EventDraft
    ) -> Bool {
        guard let number = PlainNumber(at, end: end) else { return false }
        at = number.end
        let isInt = number.kind == .int
        switch place {
        case .part(let offset):
            draft.setPart(
                offset, isInt ? Double(Int64(bitPattern: number.bits)) : Double(bitPattern: number.bits))
        case .field(let place):
            draft.fields[place].kind = isInt ? .int : .double
            draft.fields[place].bits = number.bits
        }
        return true
    }

    // Learning.

    /// Whether an event that was not of this shape is worth remembering: the shape has not been met for a while, or has been met for so
    /// long that other values are usual by now.
    var isStale: Bool { misses > Self.patience || hits > Self.longLife }

    /// Keeps a document that was taken and hands out its tape, or forgets where it is not plain and short; `know` comes next.
    mutating func keep(_ document: UnsafePointer<UInt8>, count length: Int) -> JSONTape? {
        (count, hits, misses) = (0, 0, 0)
        guard length <= Self.maximumBytes else { return nil }
        bytes.update(from: document, count: length)
        (bytes + length).update(repeating: 0, count: JSONParser.padding)
        var tape = JSONTape()
        guard parser.parse(bytes, count: length, &tape) else { return nil }
        return tape
    }

    /// Knows what was kept by its tape and what the walk along it put into a draft.
    mutating func know(_ tape: JSONTape, count length: Int, _ draft: borrowing EventDraft) {
        values.removeAll(keepingCapacity: true)
        var (at, fields) = (0, 0)
        guard find(tape, JSONTape.root, inData: false, &at, &fields) else { return }
        precondition(fields == draft.fields.count, "a value's place is where the walk puts it")
        self.draft.set(draft)
        var byte = 0
        for (number, value) in values.enumerated() {
            while byte <= value.end { (valueAt[byte], byte) = (Int16(number), byte + 1) }
        }
        while byte < length { (valueAt[byte], byte) = (Int16(values.count), byte + 1) }
        count = length
    }

    /// Finds the values of an object in the bytes from a place on, and counts fields as the walk does. False where it holds what may not
    /// be compared byte by byte.
    private mutating func find(
        _ tape: JSONTape, _ object: Int, inData: Bool, _ at: inout Int, _ fields: inout Int
    ) -> Bool {
        let end = tape.end(object)
        var index = object + 1
        while index < end {
            let key = keys.find(tape, index)
            _ = string(tape.text(index), &at)
            index += 1
            let isField = key == .other || (inData && key.isAttribute)
            let kind = tape.kind(index)
            if kind == .object {
                guard key == .data, !inData, find(tape, index, inData: true, &at, &fields) else { return false }
            } else if kind == .array {
                return false
            } else if kind == .string {
                let range = string(tape.text(index), &at)
                add(range, isNumber: false, isField ? .field(fields) : Self.text(key).map { .part($0) })
            } else if kind == .int || kind == .double {
                let range = number(&at)
                add(range, isNumber: true, isField ? .field(fields) : Self.number(key).map { .part($0) })
            }
            if isField || ((key == .via || key == .corrects) && kind == .string) { fields += 1 }
            index = tape.after(index)
        }
        return true
    }

    /// A value without a place must be the same in each event.
    private mutating func add(_ range: Range<Int>, isNumber: Bool, _ place: Value.Place?) {
        guard let place else { return }
        values.append(Value(start: range.lowerBound, end: range.upperBound, isNumber: isNumber, place: place))
    }

    /// The next string: without escapes it is as long as on the tape.
    private func string(_ text: Text, _ at: inout Int) -> Range<Int> {
        while bytes[at] != UInt8(ascii: "\"") { at += 1 }
        let range = at + 1..<at + 1 + text.count
        at = range.upperBound + 1
        return range
    }

    /// The next number: digits, a sign and a point.
    private func number(_ at: inout Int) -> Range<Int> {
        func isPart(_ byte: UInt8) -> Bool {
            byte &- 48 <= 9 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        while !isPart(bytes[at]) { at += 1 }
        let start = at
        while isPart(bytes[at]) { at += 1 }
        return start..<at
    }

    private static func text(_ key: EventKey) -> Int? {
        typealias Parts = EventDraft.Parts
        let part: WritableKeyPath<Parts, Text>
        switch key {
        case .id: part = \.id
        case .source: part = \.source
        case .type: part = \.type
        case .subject: part = \.subject
        case .time: part = \.timeText
        case .specversion: part = \.specversion
        case .datacontenttype: part = \.contentType
        case .metric: part = \.single.metric
        case .unit: part = \.single.unit
        case .quality: part = \.single.quality
        case .area: part = \.area
        case .crs: part = \.crs
        case .category: part = \.category
        case .data, .dataBase64, .exportPosition, .exportReceived, .exportDepartment, .exportRestricted, .value, .lon,
            .lat, .period,
            .count, .exercise, .corrects, .via, .readings, .text,
            .reporter,
            .reporterName, .reporterPhone, .contact, .phone, .other:
            return nil
        }
        return MemoryLayout<Parts>.offset(of: part)
    }

    private static func number(_ key: EventKey) -> Int? {
        typealias Parts = EventDraft.Parts
        return switch key {
        case .value: MemoryLayout<Parts>.offset(of: \.single.value)
        case .lon: MemoryLayout<Parts>.offset(of: \.longitude)
        case .lat: MemoryLayout<Parts>.offset(of: \.latitude)
        case .count: MemoryLayout<Parts>.offset(of: \.count)
        default: nil
        }
    }
}
