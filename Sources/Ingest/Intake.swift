import Events
import Glibc

/// Decides what of a message enters the open batch: decodes, checks sources, subjects and repeats, and counts.
///
/// Everything it knows of the past can be rebuilt with `note` from the journal's batches in order.
struct Intake: ~Copyable {
    private let parser: JSONParser
    var decoder = EventDecoder()
    var view: IngestView {
        didSet {
            suggestions = [:]
            decoder.forgetView()
            typeNumbers.removeAll()
            strangers = Strangers()
        }
    }
    var batch = EventBatch()
    /// Of the message being taken: in the batch at its end.
    var rows = EventRows()
    /// The identities that entered the window with `batch`.
    var identities: [Identity] = []
    var sources = SourceTable()
    private(set) var codeCounts = [UInt64](repeating: 0, count: IngestCode.allCases.count)
    var streams = StreamTable()
    var window: DuplicateWindow
    /// Of the open batch's strings.
    var cache = TextCache()
    /// Of the view's types; -1 where it has none.
    var typeNumbers = TextCache()
    var subjects = SubjectSet()
    /// Of the source of the unregistered subject that was looked up last.
    var lastSeed: UInt64?
    var strangers = Strangers()
    private var scratch: UnsafeMutableRawBufferPointer
    private let sink: RejectSink?
    /// Answers of `IngestView.suggestion`, at most 256.
    var suggestions: [String: String] = [:]
    private static let codeIndex = Dictionary(
        uniqueKeysWithValues: IngestCode.allCases.enumerated().map { ($1, $0) })

    init(view: IngestView, window: DuplicateWindow = DuplicateWindow(), sink: RejectSink? = nil) {
        parser = JSONParser(maximumBytes: Limits.messageBytes, nesting: Limits.nesting)
        self.view = view
        self.window = window
        self.sink = sink
        scratch = .allocate(byteCount: 4096 + JSONParser.padding, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// How a message of this department is judged.
    struct Context {
        var department: DepartmentTexts
        var now: Timestamp
        /// Its place in a stream decides whether it is a repeat; single events are not asked.
        var sequenced = false
        var outcome = Outcome()
    }

    mutating func count(_ code: IngestCode) { codeCounts[Self.codeIndex[code]!] += 1 }

    /// Takes a body of any accepted content type; accepted events are in `batch` afterwards.
    mutating func take(_ body: UnsafeRawBufferPointer, kind: BodyKind? = nil, _ context: inout Context) {
        defer { rows.move(into: &batch) }
        guard let first = body.firstIndex(where: { !Self.isSpace($0) }) else {
            return reject(.emptyMessage, index: 0, body, &context)
        }
        switch kind {
        case .lines: return takeLines(body, &context)
        case .senml: return takeSenML(body, &context)
        case .document: return takeDocument(body, &context)
        case nil: break
        }
        guard body[first] == UInt8(ascii: "{") else { return takeDocument(body, maybeSenML: true, &context) }
        guard let newline = Self.newline(body, from: first),
            let second = body[newline...].firstIndex(where: { !Self.isSpace($0) })
        else { return takeDocument(body, &context) }
        let line = UnsafeRawBufferPointer(rebasing: body[first..<newline])
        if parse(line, in: body) == nil { return takeLines(body, &context) }
        // An object over several lines, or lines of which the first is broken.
        if body[second] == UInt8(ascii: "{"), parse(body, in: body) != nil { return takeLines(body, &context) }
        takeDocument(body, &context)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private static func newline(_ body: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = body.baseAddress, start < body.count,
            let found = memchr(base + start, 0x0A, body.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Parses a part of a body: in place where the padding that the parser asks for is inside it, else from a copy.
    private mutating func parse(_ part: UnsafeRawBufferPointer, in body: UnsafeRawBufferPointer) -> JSONParser.Fault? {
        guard let start = padded(part, in: body) else { return .empty }
        return parser.parse(start, count: part.count, &decoder.tape)
    }

    /// The part's bytes with the padding after them.
    private mutating func padded(_ part: UnsafeRawBufferPointer, in body: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        guard let start = part.baseAddress, let base = body.baseAddress else { return nil }
        if start + part.count + JSONParser.padding <= base + body.count { return start }
        if scratch.count < part.count + JSONParser.padding {
            scratch.deallocate()
            scratch = .allocate(byteCount: 2 * part.count + JSONParser.padding, alignment: 64)
        }
        scratch.copyMemory(from: part)
        return UnsafeRawPointer(scratch.baseAddress!)
    }

    mutating func parseHeader(_ frame: UnsafeRawBufferPointer) throws(MessageHeader.Flaw) -> MessageHeader {
        guard frame.count <= Limits.headerBytes else { throw .init(reason: "more than \(Limits.headerBytes) bytes") }
        guard parse(frame, in: frame) == nil else { throw .init(reason: "is not JSON") }
        return try MessageHeader(decoder.tape)
    }

    private mutating func takeLines(_ body: UnsafeRawBufferPointer, _ context: inout Context) {
        var index = 0
        var start = 0
        while start < body.count {
            let end = Self.newline(body, from: start) ?? body.count
            let line = UnsafeRawBufferPointer(rebasing: body[start..<end])
            start = end + 1
            // A blank line has no index.
            if line.allSatisfy(Self.isSpace) { continue }
            guard index < Limits.batchEvents else {
                return refuseRest(index, line, more: Self.lines(body, from: start), &context)
            }
            takeLine(line, index, in: body, &context)
            index += 1
        }
    }

    private mutating func takeLine(
        _ line: UnsafeRawBufferPointer, _ index: Int, in body: UnsafeRawBufferPointer, _ context: inout Context
    ) {
        guard let start = padded(line, in: body)?.assumingMemoryBound(to: UInt8.self) else {
            return reject(.emptyMessage, index: index, line, &context)
        }
        let isKnown = decoder.read(start, count: line.count)
        if isKnown { foresee() }
        if !isKnown, let fault = parser.parse(start, count: line.count, &decoder.tape) {
            return reject(Self.code(fault), index: index, line, &context)
        }
        if let finding = takeEvent(at: isKnown ? nil : JSONTape.root, index: index, &context) {
            return finish(finding, line, &context)
        }
        if !isKnown { decoder.learn(start, count: line.count) }
    }

    /// Asks memory for where the subject in the draft is looked up, if it is of the same source as the one before: the event is judged
    /// meanwhile.
    private func foresee() {
        guard let seed = lastSeed else { return }
        subjects.foresee(byteHash(decoder.draft.subject.bytes) ^ seed)
    }

    private mutating func takeDocument(
        _ body: UnsafeRawBufferPointer, maybeSenML: Bool = false, _ context: inout Context
    ) {
        if let fault = parse(body, in: body) { return reject(fault, body, &context) }
        if maybeSenML, SenMLPack.isLikely(decoder.tape) { return takePack(body, &context) }
        guard decoder.tape.kind(JSONTape.root) == .array else {
            if let finding = takeEvent(at: JSONTape.root, index: 0, &context) { finish(finding, body, &context) }
            return
        }
        let end = decoder.tape.end(JSONTape.root)
        var elements = ArrayElements(body)
        var at = JSONTape.root + 1
        var index = 0
        while at < end {
            guard index < Limits.batchEvents else {
                let bytes = elements.element(index)
                return refuseRest(index, bytes, more: decoder.tape.count(from: at, to: end) - 1, &context)
            }
            if let finding = takeEvent(at: at, index: index, &context) {
                finish(finding, elements.element(index), &context)
            }
            at = decoder.tape.after(at)
            index += 1
        }
    }

    private mutating func takeSenML(_ body: UnsafeRawBufferPointer, _ context: inout Context) {
        if let fault = parse(body, in: body) { return reject(fault, body, &context) }
        takePack(body, &context)
    }

    /// Takes the SenML pack on the tape: each record that has a value is an event of the short form.
    private mutating func takePack(_ body: UnsafeRawBufferPointer, _ context: inout Context) {
        let view = view
        let now = context.department.record.maxStep == nil ? context.now : .distantPast
        var pack = SenMLPack(decoder.tape, now: now, unitsOf: { view.units(of: $0) })
        let (records, more, refused) = pack.records(atMost: Limits.batchEvents)
        if let refused { return refuse(refused.flaw, refused.index, body, &context) }
        var elements = ArrayElements(body)
        for (index, record) in records.enumerated() {
            switch record {
            case .base: break
            case .refused(let flaw): refuse(flaw, index, elements.element(index), &context)
            case .event(let json):
                let finding = json.withUnsafeBytes { line in
                    parse(line, in: line) == nil
                        ? takeEvent(at: JSONTape.root, index: index, &context) : Finding(index: index, code: .badJSON)
                }
                if let finding { finish(finding, elements.element(index), &context) }
            }
        }
        if more > 0 { refuseRest(records.count, elements.element(records.count), more: more - 1, &context) }
    }

    private mutating func refuse(
        _ flaw: SenMLPack.Flaw, _ index: Int, _ bytes: UnsafeRawBufferPointer, _ context: inout Context
    ) {
        let (field, got, want) = (flaw.field, flaw.got, flaw.want)
        finish(Finding(index: index, code: flaw.code, field: field, got: got, want: want), bytes, &context)
    }

    /// One finding and one dead letter for all that is too much; each of them counts as rejected.
    private mutating func refuseRest(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, more: Int, _ context: inout Context
    ) {
        finish(
            Finding(index: index, code: .tooManyEvents, want: "\(Limits.batchEvents)"), bytes, &context)
        context.outcome.rejected += more
    }

    /// Lines from an offset on, without blank ones.
    private static func lines(_ body: UnsafeRawBufferPointer, from start: Int) -> Int {
        UnsafeRawBufferPointer(rebasing: body[min(start, body.count)...])
            .split(separator: UInt8(ascii: "\n")).count { !$0.allSatisfy(isSpace) }
    }

    private static func code(_ fault: JSONParser.Fault) -> IngestCode {
        switch fault {
        case .syntax, .tooLarge: .badJSON
        case .empty: .emptyMessage
        case .utf8: .badUTF8
        case .number: .badNumber
        case .nesting: .nesting
        }
    }

    /// Refuses a document that cannot be parsed, as a whole; of an array, by the first element that is to blame.
    private mutating func reject(
        _ fault: JSONParser.Fault, _ body: UnsafeRawBufferPointer, _ context: inout Context
    ) {
        var elements = ArrayElements(body)
        let isArray = body.first { !Self.isSpace($0) } == UInt8(ascii: "[")
        for index in 0..<(isArray ? Limits.batchEvents : 0) {
            let element = elements.element(index)
            if element.isEmpty { break }
            if let fault = parse(element, in: body) { return reject(Self.code(fault), index: index, element, &context) }
        }
        reject(Self.code(fault), index: 0, body, &context)
    }

    private mutating func reject(
        _ code: IngestCode, index: Int, _ bytes: UnsafeRawBufferPointer, _ context: inout Context
    ) {
        let want = code == .nesting ? "\(Limits.nesting)" : nil
        let isNaN = code == .badJSON && bytes.firstRange(of: Array("NaN".utf8)) != nil
        finish(Finding(index: index, code: code, got: isNaN ? "NaN" : nil, want: want), bytes, &context)
    }

    private mutating func finish(_ finding: Finding, _ bytes: UnsafeRawBufferPointer, _ context: inout Context) {
        context.outcome.reject(finding)
        count(finding.code)
        keep(finding, bytes, context)
    }

    /// Makes a dead letter of what is refused.
    func keep(_ finding: Finding, _ bytes: UnsafeRawBufferPointer, _ context: Context) {
        sink?(
            Reject(
                received: context.now, department: context.department.record.id, finding: finding,
                bytes: Array(bytes.prefix(4096))))
    }

    mutating func assume(forgotten newest: Timestamp) { window.assume(forgotten: newest) }

    /// Hands out the open batch with the identities in it and begins the next one.
    mutating func close() -> (EventBatch, [Identity]) {
        let closed = (batch, identities)
        // The next one is about as large: its strings' table need not grow.
        batch = EventBatch(strings: batch.strings.count)
        identities = []
        cache.removeAll()
        return closed
    }

    /// Forgets events that were not made durable.
    mutating func forget(_ identities: [Identity]) { for identity in identities { window.remove(identity) } }
}
