import Events

/// The optional frame before the body: content type, place in a stream, or a request.
struct MessageHeader: Equatable {
    struct Place: Equatable {
        var stream: String
        var epoch: UInt64
        var seq: UInt64
    }

    enum Kind: Equatable {
        case events
        /// Asks for a stream's high-water mark.
        case resume(stream: String)
    }

    var kind = Kind.events
    var contentType: String?
    var place: Place?
    /// Echoed in the answer, so that a sender with several messages in flight can tell the answers apart.
    var ref: Int64?

    struct Flaw: Error, Equatable { var reason: String }

    init() {}

    /// Reads the object at the root of the tape.
    init(_ tape: JSONTape) throws(Flaw) {
        guard tape.kind(JSONTape.root) == .object else { throw Flaw(reason: "must be a JSON object") }
        var op: String?
        var stream: String?
        var epoch: UInt64?
        var seq: UInt64?
        var seen: Set<String> = []
        var at = JSONTape.root + 1
        while at < tape.end(JSONTape.root) {
            let name = tape.text(at).string
            at += 1
            guard seen.insert(name).inserted else { throw Flaw(reason: "\(name) is given twice") }
            switch name {
            case "op": op = try Self.string(tape, at, name)
            case "content_type": contentType = try Self.string(tape, at, name)
            case "stream": stream = try Self.string(tape, at, name)
            case "epoch": epoch = try Self.count(tape, at, name)
            case "seq": seq = try Self.count(tape, at, name)
            case "ref": ref = Int64(try Self.count(tape, at, name))
            default: throw Flaw(reason: "unknown key \(name.prefix(32))")
            }
            at = tape.after(at)
        }
        switch op {
        case nil: try place(stream, epoch, seq)
        case "resume":
            guard let stream, epoch == nil, seq == nil else { throw Flaw(reason: "resume takes stream only") }
            kind = .resume(stream: stream)
        case let other?: throw Flaw(reason: "unknown op \(other.prefix(32))")
        }
    }

    private mutating func place(_ stream: String?, _ epoch: UInt64?, _ seq: UInt64?) throws(Flaw) {
        if stream == nil, epoch == nil, seq == nil { return }
        guard let stream, let epoch, let seq else { throw Flaw(reason: "stream, epoch and seq come together") }
        guard seq >= 1 else { throw Flaw(reason: "seq begins at 1") }
        place = Place(stream: stream, epoch: epoch, seq: seq)
    }

    private static func string(_ tape: JSONTape, _ at: Int, _ name: String) throws(Flaw) -> String {
        guard tape.kind(at) == .string, (1...128).contains(tape.text(at).count), !tape.text(at).hasControl else {
            throw Flaw(reason: "\(name) must be a string of 1…128 bytes")
        }
        return tape.text(at).string
    }

    private static func count(_ tape: JSONTape, _ at: Int, _ name: String) throws(Flaw) -> UInt64 {
        guard tape.kind(at) == .int, tape.word(at + 1) <= Limits.streamNumber else {
            throw Flaw(reason: "\(name) must be a whole number from 0 to \(Limits.streamNumber)")
        }
        return tape.word(at + 1)
    }
}
