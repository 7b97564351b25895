// Builds nodes from the parser's events: bounded, without anchors, tags or repeated keys, so nothing can be expanded.
//
// The C parser inside Yams is used directly: its Swift composer expands aliases and recurses before anything can be
// checked, and it gives duplicate keys no usable place.
internal import CYaml

struct ComposeFailure: Error {
    var code: YAMLCode
    var mark: YAMLMark?
    var message: String
    var help: String?
    /// Where the construct began that could not be read to its end.
    var contextMark: YAMLMark?
}

/// The single document of the text, nil where there is none.
func compose(_ text: String, limits: YAMLLimits) throws(ComposeFailure) -> YAMLNode? {
    var copy = text
    let result: Result<YAMLNode?, ComposeFailure> = copy.withUTF8 { utf8 in
        do throws(ComposeFailure) {
            let composer = Composer(utf8, limits: limits)
            return .success(try composer.document())
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

private final class Composer {
    private var parser = yaml_parser_t()
    private let utf8: UnsafeBufferPointer<UInt8>
    private let limits: YAMLLimits
    private var nodes = 0

    init(_ utf8: UnsafeBufferPointer<UInt8>, limits: YAMLLimits) {
        self.utf8 = utf8
        self.limits = limits
        let created = yaml_parser_initialize(&parser)
        precondition(created == 1, "out of memory")
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, utf8.baseAddress, utf8.count)
    }

    deinit { yaml_parser_delete(&parser) }

    func document() throws(ComposeFailure) -> YAMLNode? {
        _ = try next()  // stream start
        guard try next().type != YAML_STREAM_END_EVENT else { return nil }
        let root = try node(from: try next(), depth: 1)
        _ = try next()  // document end
        let after = try next()
        guard after.type == YAML_STREAM_END_EVENT else {
            throw ComposeFailure(
                code: .severalDocuments, mark: after.mark, message: "a second document begins here",
                help: "give each its own file")
        }
        return root
    }

    private func node(from event: ParserEvent, depth: Int) throws(ComposeFailure) -> YAMLNode {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw ComposeFailure(
                code: .tooManyNodes, mark: event.mark, message: "the file has more than \(limits.nodes) values",
                help: "split it into several files")
        }
        guard depth <= limits.depth else {
            throw ComposeFailure(
                code: .tooDeep, mark: event.mark, message: "values are nested more than \(limits.depth) deep",
                help: "close a bracket before it, or remove a level")
        }
        try refuseAnchorsAndTags(event)
        switch event.type {
        case YAML_SEQUENCE_START_EVENT: return try list(event.mark, depth)
        case YAML_MAPPING_START_EVENT: return try mapping(event.mark, depth)
        default: return YAMLNode(content: .scalar(event.text, style: event.style), mark: event.mark)
        }
    }

    private func list(_ mark: YAMLMark, _ depth: Int) throws(ComposeFailure) -> YAMLNode {
        var items: [YAMLNode] = []
        while true {
            let event = try next()
            if event.type == YAML_SEQUENCE_END_EVENT { return YAMLNode(content: .list(items), mark: mark) }
            items.append(try node(from: event, depth: depth + 1))
        }
    }

    private func mapping(_ mark: YAMLMark, _ depth: Int) throws(ComposeFailure) -> YAMLNode {
        var pairs: [YAMLNode.Pair] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try next()
            if event.type == YAML_MAPPING_END_EVENT { return YAMLNode(content: .mapping(pairs), mark: mark) }
            let key = try node(from: event, depth: depth + 1)
            guard case .scalar(let name, _) = key.content else {
                throw ComposeFailure(code: .wrongShape, mark: key.mark, message: "a key must be a single word")
            }
            if let first = lines.updateValue(key.mark.line, forKey: name) {
                throw ComposeFailure(
                    code: .duplicateKey, mark: key.mark, message: "'\(name)' is given twice, first on line \(first)",
                    help: "keep one of the two")
            }
            let value = try node(from: try next(), depth: depth + 1)
            pairs.append(YAMLNode.Pair(key: name, keyMark: key.mark, value: value))
        }
    }

    private func refuseAnchorsAndTags(_ event: ParserEvent) throws(ComposeFailure) {
        if event.type == YAML_ALIAS_EVENT || event.hasAnchor {
            throw ComposeFailure(
                code: .anchor, mark: event.mark, message: "anchors (&) and aliases (*) are not allowed",
                help: "write the value out; quote a text that begins with & or *")
        }
        if event.hasTag {
            throw ComposeFailure(
                code: .tag, mark: event.mark, message: "tags (!) are not allowed",
                help: "quote a text that begins with !")
        }
    }

    private func next() throws(ComposeFailure) -> ParserEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        return ParserEvent(event)
    }

    private func failure() -> ComposeFailure {
        let problem = parser.problem.map { String(cString: $0) } ?? "the text is not YAML"
        if parser.error == YAML_READER_ERROR {
            return ComposeFailure(
                code: .syntax, mark: mark(ofByte: parser.problem_offset), message: problem,
                help: "remove it; editors may not show it")
        }
        let context = parser.context.map { " \(String(cString: $0))" } ?? ""
        func place(_ mark: yaml_mark_t) -> YAMLMark { YAMLMark(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }
        return ComposeFailure(
            code: .syntax, mark: place(parser.problem_mark), message: problem + context,
            help: "a text with ': ', ' #' or a leading one of []{},&*!|>%@\"' must be quoted",
            contextMark: parser.context == nil ? nil : place(parser.context_mark))
    }

    private func mark(ofByte offset: Int) -> YAMLMark {
        let lines = yamlLines(utf8.prefix(offset))
        return YAMLMark(line: lines.count, column: (lines.last?.count { $0 & 0xC0 != 0x80 } ?? 0) + 1)
    }
}

/// What is kept of a parser event after its memory is freed.
private struct ParserEvent {
    var type: yaml_event_type_t
    var mark: YAMLMark
    var text = ""
    var style = YAMLNode.Style.plain
    var hasAnchor = false
    var hasTag = false

    init(_ event: yaml_event_t) {
        type = event.type
        let (start, end) = (event.start_mark, event.end_mark)
        let width = start.line == end.line ? Int(end.column) - Int(start.column) : 1
        mark = YAMLMark(line: Int(start.line) + 1, column: Int(start.column) + 1, width: width)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            style = Self.style(scalar.style)
            hasAnchor = scalar.anchor != nil
            hasTag = scalar.tag != nil
        case YAML_SEQUENCE_START_EVENT:
            hasAnchor = event.data.sequence_start.anchor != nil
            hasTag = event.data.sequence_start.tag != nil
        case YAML_MAPPING_START_EVENT:
            hasAnchor = event.data.mapping_start.anchor != nil
            hasTag = event.data.mapping_start.tag != nil
        default: break
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLNode.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}
