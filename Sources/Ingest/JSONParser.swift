import CSimdJSON

/// The reusable JSON parser: one document in, its tape out.
final class JSONParser {
    enum Fault {
        case syntax, empty, utf8, number, nesting, tooLarge
    }

    /// Bytes that must be readable after a document.
    static let padding = FH_JSON_PADDING

    private let handle: OpaquePointer
    private let plain = PlainJSON()

    /// Stops the process when there is no memory for 4 kB.
    init(maximumBytes: Int, nesting: Int) {
        guard let handle = fh_json_create(maximumBytes, nesting) else { fatalError("no memory for a JSON parser") }
        self.handle = handle
    }

    deinit { fh_json_destroy(handle) }

    /// Parses one document that has `padding` readable bytes after it; the tape holds until the next call.
    func parse(_ bytes: UnsafeRawPointer, count: Int, _ tape: inout JSONTape) -> Fault? {
        plain.parse(bytes.assumingMemoryBound(to: UInt8.self), count: count, &tape)
            ? nil : parseAny(bytes, count: count, &tape)
    }

    /// The same by simdjson.
    func parseAny(_ bytes: UnsafeRawPointer, count: Int, _ tape: inout JSONTape) -> Fault? {
        tape.isPlain = false
        let status = fh_json_parse(
            handle, bytes.assumingMemoryBound(to: UInt8.self), count, &tape.words, &tape.strings)
        return switch Int(status) {
        case FH_JSON_OK: nil
        case FH_JSON_EMPTY: .empty
        case FH_JSON_UTF8: .utf8
        case FH_JSON_NUMBER: .number
        case FH_JSON_DEPTH: .nesting
        case FH_JSON_CAPACITY: .tooLarge
        case FH_JSON_MEMORY: fatalError("no memory to parse \(count) bytes of JSON")
        default: .syntax
        }
    }
}
