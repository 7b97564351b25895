import Delivery
import Events
import StrictYAML

/// The configuration's `forward`: which platform above hears of the alarms, and of which of them.
extension Configuration {
    public static let forwardKeys = ["to", "source", "area", "level", "stream"]

    /// Bytes of a platform's name: several of them fit the `via` of an event.
    static let forwardSourceBytes = 64

    mutating func readForward(_ item: YAMLItem) {
        guard let fields = item.fields(Self.forwardKeys),
            let to = fields.read("to", or: "none", { $0.endpoint(orNone: true) })
        else { return }
        let level = fields.optional("level").map { $0.word(of: Level.allCases.map { ($0.name, $0) }) } ?? .blue
        let stream = fields.optional("stream").map { $0.forwardName(atMost: 128) }
        guard to != "none" else { return }
        let source = fields.required("source").flatMap { $0.forwardName(atMost: Self.forwardSourceBytes) }
        let area = fields.required("area").flatMap { $0.area() }
        if to.hasSuffix(":*") {
            fields.optional("to")?.report("invalid_endpoint", "forward.to needs the port of the platform above")
        }
        for own in [ingest, lossyIngest] where Self.isSameDoor(to, own) {
            fields.optional("to")?.report(
                "forwards_to_itself", "forward.to is this platform's own door (\(own)): name the platform above")
        }
        guard let level, let source, let area else { return }
        forward = .init(to: to, source: source, stream: (stream ?? source) ?? source, area: area, level: level)
    }

    /// Whether who connects to `to` may come out at the door that is bound at `own`.
    private static func isSameDoor(_ to: String, _ own: String) -> Bool {
        guard to != own else { return true }
        guard let (host, port) = parts(to), let (bound, boundPort) = parts(own), port == boundPort else { return false }
        let here: Set<Substring> = ["127.0.0.1", "localhost", "[::1]"]
        return host == bound || (here.contains(host) && here.union(["*", "0.0.0.0", "[::]"]).contains(bound))
    }

    private static func parts(_ endpoint: String) -> (Substring, Substring)? {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return nil }
        return (endpoint[..<colon].dropFirst(6), endpoint[colon...].dropFirst())
    }
}

extension YAMLItem {
    /// A name without blanks and control characters: names are listed with blanks between.
    fileprivate func forwardName(atMost bytes: Int) -> String? {
        guard let text = string() else { return nil }
        guard (1...bytes).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            report("invalid_name", "\(name) takes 1…\(bytes) bytes without blanks")
            return nil
        }
        return text
    }

    fileprivate func area() -> AreaCode? {
        guard let text = string() else { return nil }
        guard let area = AreaCode(text) else {
            report("invalid_area", "\(name) is an area code in quotes, of 6, 9 or 12 digits")
            return nil
        }
        return area
    }
}
