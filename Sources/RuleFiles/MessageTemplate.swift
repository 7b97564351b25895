import Engine
import StrictYAML

/// The texts of a notice: `{name}` is replaced, `{{` and `}}` are braces.
public struct MessageTemplate: Equatable, Sendable {
    public enum Part: Equatable, Sendable {
        case text(String)
        case placeholder(String)
    }

    /// Why a template cannot be used, and where (in scalars from its start).
    public struct Failure: Error, Equatable, Sendable {
        public var unknown: String?
        public var offset: Int
        public var width: Int
    }

    /// What a template may name.
    public static let placeholders = [
        "subject", "subject.name", "area", "area.name", "value", "value.name", "unit", "threshold", "compare", "level",
        "previous", "peak", "score", "rule", "title", "domain", "metric", "key", "at", "started_at", "owner", "runbook",
    ]

    public let parts: [Part]

    public init(_ text: String) throws(Failure) {
        let read = Self.read(text)
        if let failure = read.failures.first { throw failure }
        parts = read.parts
    }

    /// Parts, and every flaw, so that an author sees all of them at once.
    static func read(_ text: String) -> (parts: [Part], failures: [Failure]) {
        var parts: [Part] = []
        var failures: [Failure] = []
        var plain = ""
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let isDoubled = index + 1 < scalars.count && scalars[index + 1] == scalar
            let end = scalar == "{" && !isDoubled ? scalars[index...].firstIndex(of: "}") : nil
            if let end {
                let name = string(scalars[(index + 1)..<end])
                if !placeholders.contains(name) {
                    failures.append(Failure(unknown: name, offset: index, width: end - index + 1))
                }
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.placeholder(name))
                index = end + 1
                continue
            }
            let isBrace = scalar == "{" || scalar == "}"
            if isBrace, !isDoubled { failures.append(Failure(unknown: nil, offset: index, width: 1)) }
            plain.unicodeScalars.append(scalar)
            index += isBrace && isDoubled ? 2 : 1
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        return (parts, failures)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// The text with every placeholder replaced by what `lookup` gives for it.
    public func filled(_ lookup: (String) -> String) -> String {
        parts.reduce(into: "") { out, part in
            switch part {
            case .text(let text): out += text
            case .placeholder(let name): out += lookup(name)
            }
        }
    }

    /// For rules without a message of their own.
    static func standard(title: Rule.Bilingual) -> Rule.Bilingual {
        Rule.Bilingual(
            zh: "{subject.name} {title} {value} {unit},达到 {threshold} {unit}",
            en: "{subject.name}: {title}, {value} {unit}, threshold {threshold} {unit}")
    }
}

extension RuleReader {
    func message() -> Rule.Bilingual? {
        guard let item = fields.optional("message"), let both = bilingual(item),
            let texts = item.fields(["zh", "en"])
        else { return nil }
        for text in [texts.optional("zh"), texts.optional("en")] {
            if let text { check(template: text) }
        }
        return both
    }

    /// `{{subject.name}}` is how other tools write a slot; here it shows the words themselves.
    private func warnOfLiteralSlots(_ item: YAMLItem) {
        let text = item.scalar ?? ""
        for name in MessageTemplate.placeholders {
            for written in ["{{\(name)}}", "{{ \(name) }}"] {
                guard let place = text.firstRange(of: written) else { continue }
                let start = text[..<place.lowerBound].unicodeScalars.count
                item.source.report(
                    .literalSlot, at: item.mark(atScalar: start, width: written.unicodeScalars.count),
                    "doubled braces show '{\(name)}' itself and not its value", help: "write {\(name)}",
                    severity: .warning)
            }
        }
    }

    private func check(template item: YAMLItem) {
        warnOfLiteralSlots(item)
        for failure in MessageTemplate.read(item.scalar ?? "").failures {
            let mark = item.mark(atScalar: failure.offset, width: failure.width)
            guard let unknown = failure.unknown else {
                // `｛value}`: the partner is there, and full-width.
                let partner = item.scalar?.unicodeScalars.enumerated().first { $1 == "｛" || $1 == "｝" }?.offset
                let mark = partner.map { item.mark(atScalar: $0) } ?? mark
                item.source.report(
                    .badTemplate, at: mark, "a brace without its partner", help: "write {{ or }} for a brace itself")
                continue
            }
            item.source.report(
                .unknownPlaceholder, at: mark, "a message cannot name '{\(unknown)}'",
                help: closest(to: unknown, among: MessageTemplate.placeholders).map { "did you mean '{\($0)}'?" }
                    ?? "the names are: \(MessageTemplate.placeholders.joined(separator: ", "))")
        }
    }
}
