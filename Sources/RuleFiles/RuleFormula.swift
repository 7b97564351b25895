import Engine
import Expression
import StrictYAML

/// The expressions of a rule: compiled at load, each flaw pointed at where it stands.
extension RuleReader {
    /// Over an event: its known fields, the registry's limits, and what `input.fields` declares.
    func formula(_ item: YAMLItem, _ yield: Formula.Yield, fields: [Formula.Field]? = nil) -> Formula? {
        guard let text = item.string() else { return nil }
        do throws(ExpressionFailure) {
            let formula = try Formula(event: text, fields: fields ?? eventFields, columns: columns, yield: yield)
            return reportZone(of: formula, in: text, of: item) ? nil : formula
        } catch {
            report(error, in: text, of: item, fields: true)
            return nil
        }
    }

    /// Over the rule's own values.
    func condition(_ item: YAMLItem, over names: [String], _ yield: Formula.Yield = .boolean) -> Formula? {
        guard let text = item.string() else { return nil }
        do throws(ExpressionFailure) {
            return try Formula(values: text, names: names, columns: columns, yield: yield)
        } catch {
            report(error, in: text, of: item, fields: false)
            return nil
        }
    }

    private func report(_ failure: ExpressionFailure, in text: String, of item: YAMLItem, fields: Bool) {
        for error in failure.errors {
            var start = scalars(in: text, upTo: error.offset)
            var width = scalars(in: text, upTo: error.offset + error.length) - start
            // `"学校”`: what was meant to close.
            let part = text.unicodeScalars.dropFirst(start).prefix(width)
            if error.code == .syntax, let quote = part.enumerated().first(where: { "“”‘’".unicodeScalars.contains($1) })
            {
                (start, width) = (start + quote.offset, 1)
            }
            let isUndeclared = error.code == .undeclaredReference
            let isColumn = error.message.hasPrefix("'registry.")
            let before = String(text.unicodeScalars.prefix(start)).drop { $0 == " " }.reversed().drop { $0 == " " }
            let isCompared = isUndeclared && (before.starts(with: "==") || before.starts(with: "=!"))
            item.source.report(
                .expression, at: item.mark(atScalar: start, width: width), error.message,
                help: error.suggestion
                    ?? (isCompared && !isColumn
                        ? "write \"\(String(String.UnicodeScalarView(part)))\", in quotes, if it is a text; a field of the event is declared in 'input: {…, fields: {name: int}}'"
                        : isUndeclared && isColumn
                            ? "declare a column of the registry: 'registry: {name: double}'"
                            : isUndeclared && fields
                                ? "declare a field of the event: 'input: {…, fields: {name: int}}'" : advice(error)))
        }
    }

    /// What to do about a kind of error where the error itself has no better idea.
    private func advice(_ error: ExpressionError) -> String {
        switch error.code {
        case .syntax: "write it like value > 25 && quality == \"good\""
        case .sourceTooLong, .tooDeep, .tooLarge: "name parts of it under 'values', or make two rules"
        case .literalOutOfRange: "write a smaller number"
        case .invalidMacro: "write it like [1, 2].exists(x, x > value)"
        case .undeclaredReference: "the names are those of the rule's values"
        case .undeclaredFunction:
            aggregate(in: error.message).map { "\($0) is a window: value: {\($0): value, over: 10m, step: 1m}" }
                ?? "docs/cel.md lists the functions"
        case .unsupported: "docs/cel.md lists what there is"
        case .typeMismatch where error.message == "expected double or int, found bool":
            "say what number each is worth: value > 5 ? 80 : 20"
        case .typeMismatch where error.message.hasPrefix("expected bool, found"):
            "compare it with something: value > 5"
        case .typeMismatch where error.message.first == "'" && error.message.dropFirst().first?.isLetter == true:
            "docs/cel.md says what it takes"
        case .typeMismatch:
            "both sides need one kind: compare numbers with numbers, texts with texts; double(x) converts"
        case .invalidPattern: "docs/cel.md says what patterns may contain"
        }
    }

    /// `rate(value)` is what other tools write for a window.
    private func aggregate(in message: String) -> String? {
        let words = message.split { !($0.isLetter || $0 == "_") }
        return Aggregate.allCases.map(\.name).first { name in words.contains { $0 == name } }
    }

    /// A condition on a zone that nobody has would never be known.
    private func reportZone(of formula: Formula, in text: String, of item: YAMLItem) -> Bool {
        for zone in formula.zoneNames {
            guard let flaw = ZoneFiles.system.flaw(of: zone) else { continue }
            let place = text.firstRange(of: zone)
            let start = place.map { text[..<$0.lowerBound].unicodeScalars.count } ?? 0
            item.source.report(
                .unknownZone, at: item.mark(atScalar: start, width: place == nil ? 1 : zone.unicodeScalars.count),
                flaw.message, help: flaw.help)
            return true
        }
        return false
    }

    /// The number of scalars in the first bytes of a text.
    private func scalars(in text: String, upTo bytes: Int) -> Int {
        String(decoding: text.utf8.prefix(bytes), as: UTF8.self).unicodeScalars.count
    }

    /// `fields: {injured: int, place: string}`: the further fields that expressions may read.
    static func declaredFields(_ input: YAMLItem?) -> [Formula.Field] {
        declared(input?.mappingValue("fields"), "a further field", not: Formula.eventNames, "every event has")
    }

    /// `registry: {depth: double, material: string}`: the further columns of the registry that expressions may read.
    static func declaredColumns(_ item: YAMLItem?) -> [Formula.Field] {
        declared(item, "a further column", not: Formula.registryNames, "every registry has")
    }

    /// The names under every `fields` of the rule, of its input or of steps, and the field that it is keyed by.
    var declaredFields: [String] {
        func names(_ node: YAMLNode) -> [String] {
            switch node.content {
            case .scalar: []
            case .list(let items): items.flatMap(names)
            case .mapping(let pairs): pairs.flatMap { $0.key == "fields" ? keys($0.value) : names($0.value) }
            }
        }
        func keys(_ node: YAMLNode) -> [String] {
            if case .mapping(let pairs) = node.content { pairs.map(\.key) } else { [] }
        }
        return names(fields.item.node) + [fields.optional("by")?.scalar].compactMap { $0 }
    }

    private static func declared(
        _ item: YAMLItem?, _ what: String, not taken: [String], _ whose: String
    ) -> [Formula.Field] {
        guard let pairs = item?.pairs() else { return [] }
        return pairs.compactMap { pair in
            guard isName(pair.name), !taken.contains(pair.name) else {
                pair.source.report(
                    .badName, at: pair.keyMark, "'\(pair.name)' cannot name \(what)",
                    help: "use letters, digits and _, and no name that \(whose)")
                return nil
            }
            let kind = pair.value.word(of: Formula.Field.Kind.words)
            return kind.map { Formula.Field(name: pair.name, kind: $0) }
        }
    }
}

extension YAMLItem {
    /// The value of a key where this is a mapping that has it; no finding where not.
    fileprivate func mappingValue(_ key: String) -> YAMLItem? {
        guard case .mapping = node.content else { return nil }
        return pairs()?.first { $0.name == key }?.value
    }
}
