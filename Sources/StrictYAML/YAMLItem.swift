import CivilTime
import Events

/// A node with its name and file, read by what the schema expects; a mismatch is reported and read as nil.
public struct YAMLItem {
    public let node: YAMLNode
    /// What the user calls it: the key, or `the file`.
    public let name: String
    public let source: YAMLSource

    public init(node: YAMLNode, name: String, source: YAMLSource) {
        self.node = node
        self.name = name
        self.source = source
    }

    public var mark: YAMLMark { node.mark }

    public func report(
        _ code: String, _ message: String, help: String? = nil, severity: Finding.Severity = .error
    ) {
        source.report(code, at: mark, message, help: help, severity: severity)
    }

    private func report(_ code: YAMLCode, _ message: String, help: String? = nil) {
        source.report(code, at: mark, message, help: help)
    }

    /// The text of a scalar, without a finding where it is none.
    public var scalar: String? {
        guard case .scalar(let text, _) = node.content else { return nil }
        return text
    }

    /// Text as written, not empty.
    public func string() -> String? {
        guard let text = scalar else {
            report(
                .wrongShape, "\(name) takes a single value, this is \(node.shape)", help: "write it like \(name): value"
            )
            return nil
        }
        guard !text.isEmpty else {
            report(.emptyValue, "\(name) has no value", help: "add its value, or remove the key")
            return nil
        }
        return text
    }

    /// A finite decimal number.
    public func double() -> Double? {
        guard let text = string() else { return nil }
        guard Self.isDecimal(text), let value = Double(text) else {
            let word = text.lowercased().drop { ".-+".contains($0) }
            if ["inf", "infinity", "nan"].contains(word) {
                report(
                    .notFinite, "\(name) must be a finite number, this is '\(text)'", help: "write it like 25 or -0.5")
            } else {
                report(.notNumber, "\(name) takes a number, this is '\(text)'", help: "write it like 25 or -0.5")
            }
            return nil
        }
        guard value.isFinite else {
            report(.notFinite, "\(name) is too large for a number: '\(text)'", help: "write a number below 1e308")
            return nil
        }
        return value
    }

    public func double(in range: ClosedRange<Double>) -> Double? {
        guard let value = double() else { return nil }
        guard range.contains(value) else {
            report(
                .outOfRange, "\(name) must lie between \(plain(range.lowerBound)) and \(plain(range.upperBound))",
                help: "the nearest is \(plain(value < range.lowerBound ? range.lowerBound : range.upperBound))")
            return nil
        }
        return value
    }

    /// Decimal digits with an optional minus: neither hexadecimal, nor octal, nor sexagesimal.
    public func int(in range: ClosedRange<Int> = .min ... .max) -> Int? {
        guard let text = string() else { return nil }
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 48 <= 9 }), digits.count == 1 || digits.first != "0",
            let value = Int(text)
        else {
            report(
                .notInteger, "\(name) takes a whole number, this is '\(text)'", help: Self.wholeNumber(near: text))
            return nil
        }
        guard range.contains(value) else {
            report(
                .outOfRange, "\(name) must lie between \(range.lowerBound) and \(range.upperBound)",
                help: "the nearest is \(value < range.lowerBound ? range.lowerBound : range.upperBound)")
            return nil
        }
        return value
    }

    /// `90s`, `1h30m`, `500ms`, `2d`.
    public func span(in range: ClosedRange<TimeSpan> = .zero ... .days(36_500)) -> TimeSpan? {
        guard let text = string() else { return nil }
        guard let value = TimeSpan(parsing: text) else {
            let isNumber = text.utf8.allSatisfy { $0 &- 48 <= 9 }
            let help = text == "0" ? "write 0s" : isNumber ? "add a unit: \(text)s, \(text)m, …" : nil
            report(
                .notSpan, "\(name) takes a span of time, this is '\(text)'",
                help: help ?? "write it like 90s, 10m, 1h30m or 2d")
            return nil
        }
        guard range.contains(value) else {
            let (low, high) = (range.lowerBound.formatted, range.upperBound.formatted)
            report(
                .outOfRange, "\(name) must lie between \(low) and \(high)",
                help: "the nearest is \(value < range.lowerBound ? low : high)")
            return nil
        }
        return value
    }

    /// RFC 3339 with its zone.
    public func timestamp() -> Timestamp? {
        guard let text = string() else { return nil }
        do throws(RFC3339.Failure) {
            let moment = try RFC3339.parse(text)
            return Timestamp(microseconds: Int64(moment.seconds) * 1_000_000 + Int64(moment.nanoseconds / 1000))
        } catch {
            let why =
                switch error {
                case .malformed: "is not a date and time"
                case .missingZone: "has no time zone"
                case .outOfRange: "does not exist"
                }
            report(.notTime, "\(name): '\(text)' \(why)", help: "write it like 2026-03-01T00:00:00+08:00")
            return nil
        }
    }

    /// One of a closed set of words.
    public func word<T>(of choices: [(String, T)]) -> T? {
        guard let text = string() else { return nil }
        if let found = choices.first(where: { $0.0 == text }) { return found.1 }
        let names = choices.map(\.0)
        report(
            .unknownWord, "\(name) takes \(alternatives(names)), this is '\(text)'",
            help: closest(to: text, among: names).map { "did you mean '\($0)'?" } ?? "write one of them")
        return nil
    }

    /// The elements of a list.
    public func items(atMost bound: Int) -> [YAMLItem]? {
        guard case .list(let nodes) = node.content else {
            let text = scalar ?? ""
            report(
                .wrongShape, "\(name) takes a list, this is \(node.shape)",
                help: text.hasPrefix("-") && !text.contains("\n")
                    ? "write '- \(text.dropFirst())'"
                    : "write it like [\(text.isEmpty ? "a, b" : text.hasSuffix("]") ? String(text.dropLast()) : text)]")
            return nil
        }
        guard nodes.count <= bound else {
            report(
                .tooManyItems, "\(name) has \(nodes.count) items, at most \(bound) are allowed",
                help: "remove \(nodes.count - bound) of them")
            return nil
        }
        return nodes.map { YAMLItem(node: $0, name: name, source: source) }
    }

    /// Every string of a list; nil where one is wrong.
    public func strings(atMost bound: Int) -> [String]? {
        guard let items = items(atMost: bound) else { return nil }
        let texts = items.map { $0.string() }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }
    }

    /// A mapping with these keys and no others; unknown ones are reported and skipped. `unadvertised` keys are known
    /// and never suggested; those of `inner` belong to one of the mapping's own values.
    public func fields(
        _ keys: [String], unadvertised: [String] = [], inner: [(key: String, keys: [String])] = []
    ) -> YAMLFields? {
        guard let pairs = pairs(like: keys.prefix(2).map { "\($0): …" }.joined(separator: ", ")) else { return nil }
        for pair in pairs where !keys.contains(pair.name) && !unadvertised.contains(pair.name) {
            pair.source.report(
                .unknownKey, at: pair.keyMark, "\(name) has no key '\(pair.name)'",
                help: inner.first { $0.keys.contains(pair.name) }.map { "indent it: it belongs to '\($0.key)'" }
                    ?? advice(pair, keys))
        }
        return YAMLFields(item: self, keys: keys + unadvertised, pairs: pairs)
    }

    /// `{en: gas, high}` is a mapping of two keys: the second has no value.
    private func advice(_ pair: YAMLPair, _ keys: [String]) -> String {
        // `{at 10}` and `{at:10}`
        if let key = keys.first(where: { pair.name.hasPrefix($0 + " ") || pair.name.hasPrefix($0 + ":") }) {
            return "write '\(key): \(pair.name.dropFirst(key.count + 1).drop { $0 == " " })'"
        }
        if let near = closest(to: pair.name, among: keys) ?? translated(pair.name, among: keys) {
            return "did you mean '\(near)'?"
        }
        if pair.value.scalar == "", pair.value.mark.line == pair.keyMark.line {
            return "a comma ends a text inside {}: quote the text"
        }
        return "the keys are: \(keys.joined(separator: ", "))"
    }

    /// A mapping whose keys the user chooses, in file order.
    public func pairs(like example: String = "key: value") -> [YAMLPair]? {
        guard case .mapping(let pairs) = node.content else {
            report(.wrongShape, "\(name) takes a mapping, this is \(node.shape)", help: "write it like {\(example)}")
            return nil
        }
        return pairs.map { pair in
            YAMLPair(
                name: pair.key, keyMark: pair.keyMark, value: YAMLItem(node: pair.value, name: pair.key, source: source)
            )
        }
    }

    /// The place of a scalar of this text, so that a finding can point into an expression; nil-safe for every style.
    public func mark(atScalar offset: Int, width: Int = 1) -> YAMLMark {
        guard case .scalar(let text, let style) = node.content else { return mark }
        let start =
            switch style {
            case .plain: mark
            case .singleQuoted, .doubleQuoted: YAMLMark(line: mark.line, column: mark.column + 1)
            case .literal, .folded: YAMLMark(line: mark.line + 1, column: 1)
            }
        return source.mark(of: text, atScalar: offset, width: width, from: start) ?? mark
    }

    /// A part of this scalar as an item of its own, so that its findings point at it.
    public func part(_ text: String, atScalar offset: Int) -> YAMLItem {
        let place = mark(atScalar: offset, width: text.unicodeScalars.count)
        return YAMLItem(node: YAMLNode(content: .scalar(text, style: .plain), mark: place), name: name, source: source)
    }

    /// `1_000` and `1,000` are what people mean by 1000.
    private static func wholeNumber(near text: String) -> String {
        let digits = text.filter { $0 != "_" && $0 != "," && $0 != " " }
        return Int(digits).map { "write \($0)" } ?? "write it in digits, like 100"
    }

    private static func isDecimal(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        func digits() -> Int {
            let run = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(run.count)
            return run.count
        }
        var count = digits()
        if rest.hasPrefix(".") {
            rest = rest.dropFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if rest.hasPrefix("e") || rest.hasPrefix("E") {
            rest = rest.dropFirst()
            if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private func plain(_ value: Double) -> String { plainNumber(value) }
}

/// A number as people write it: no `.0` at the end of a whole one.
public func plainNumber(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
}
