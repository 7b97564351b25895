import CivilTime
import Events

/// The canonical, versioned bytes of a rule set: what a journal entry holds and a replay reads.
extension RuleSet {
    static let encodingVersion: UInt16 = 2

    public func encoded() -> [UInt8] {
        var out = ByteWriter()
        out.put(Self.encodingVersion)
        out.put(version)
        out.put(timing.clock.rawValue)
        out.put(timing.maxFuture)
        out.put(timing.idleTimeout)
        out.put(files) { writer, file in
            writer.put(file.path)
            writer.put(file.text)
        }
        out.put(rules) { writer, rule in rule.write(to: &writer) }
        out.put(activation) { writer, activation in
            writer.put(activation.by)
            writer.put(activation.why)
        }
        out.put(zones) { writer, zone in zone.write(to: &writer) }
        return out.bytes
    }

    public init(decoding bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        let encoding = try reader.get(UInt16.self)
        guard encoding == Self.encodingVersion else {
            throw .invalid(
                what: "rule set in encoding \(encoding), while this engine reads \(Self.encodingVersion) only", at: 0)
        }
        let version = try reader.getString()
        let timing = Timing(
            clock: try reader.getCase(Timing.Clock.self), maxFuture: try reader.getSpan(),
            idleTimeout: try reader.getSpan())
        let files = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            File(path: try r.getString(), text: try r.getString())
        }
        let rules = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Rule(from: &r) }
        let activation = try reader.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in
            Activation(by: try r.getString(), why: try r.getString())
        }
        let zones = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try ZoneTable(from: &r) }
        let hasZones = rules.allSatisfy { rule in
            rule.zoneNames.allSatisfy { name in zones.contains { $0.name == name } }
        }
        guard hasZones, Rule.Inhibition.ring(among: rules) == nil, Rule.Composite.ring(among: rules) == nil,
            reader.remaining == 0,
            zip(rules, rules.dropFirst()).allSatisfy({ $0.id < $1.id })
        else {
            throw .invalid(what: "rule set", at: reader.offset)
        }
        self.init(
            rules: rules, version: version, timing: timing, files: files, activation: activation,
            zones: zones)
    }
}

extension Rule {
    func write(to out: inout ByteWriter) {
        for text in [id, title.zh, title.en, domain, lead, runbook, message.zh, message.en, version] { out.put(text) }
        for list in [support, cites] { out.put(list) { $0.put($1) } }
        out.put(status.rawValue)
        out.put(issue.rawValue)
        for text in [input.type, input.metric, input.unit] { out.put(text) }
        by.write(to: &out)
        out.put(condition) { $1.write(to: &$0) }
        out.put(values) { $1.write(to: &$0) }
        out.put(onlyWhile) { $1.write(to: &$0) }
        out.put(ladder) { $1.write(to: &$0) }
        out.put(maxGap) { $0.put($1) }
        out.put(lateness)
        out.put(noData) { $1.write(to: &$0) }
        out.put(effectiveFrom)
        out.put(effectiveUntil)
        out.put(maximumKeys)
        out.put(keyTTL)
        out.put(inhibitedBy) { $1.write(to: &$0) }
        out.put(active) { $1.write(to: &$0) }
        out.put(flap) { $1.write(to: &$0) }
        out.put(response) { $1.write(to: &$0) }
        kind.write(to: &out)
        out.put(score) { $1.write(to: &$0) }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        var texts: [String] = []
        for _ in 0..<9 { texts.append(try r.getString()) }
        let support = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        let cites = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        let status = try r.getCase(Status.self)
        let issue = try r.getCase(Issue.self)
        let input = Input(type: try r.getString(), metric: try r.getString(), unit: try r.getString())
        let by = try Key(from: &r)
        let condition = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Formula(from: &r) }
        let values = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Value(from: &r) }
        let onlyWhile = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Formula(from: &r) }
        let ladder = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Rung(from: &r) }
        guard (1...RuleValues.maximum).contains(values.count), ladder.allSatisfy({ values.indices.contains($0.of) })
        else { throw .invalid(what: "values of \(texts[0])", at: r.offset) }
        self.init(
            id: texts[0], title: .init(zh: texts[1], en: texts[2]), domain: texts[3],
            message: .init(zh: texts[6], en: texts[7]), input: input, values: values, ladder: ladder)
        (lead, runbook, version) = (texts[4], texts[5], texts[8])
        (self.support, self.cites, self.status, self.issue) = (support, cites, status, issue)
        (self.by, self.condition, self.onlyWhile) = (by, condition, onlyWhile)
        maxGap = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getSpan() }
        lateness = try r.getSpan()
        noData = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try NoData(from: &r) }
        effectiveFrom = try r.getTimestamp()
        effectiveUntil = try r.getTimestamp()
        maximumKeys = try r.get()
        keyTTL = try r.getSpan()
        inhibitedBy = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Inhibition(from: &r) }
        active = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Calendar(from: &r) }
        flap = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Flap(from: &r) }
        response = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Response(from: &r) }
        kind = try Kind(from: &r)
        guard isSoundKind else { throw .invalid(what: "kind of \(id)", at: r.offset) }
        score = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Formula(from: &r) }
        guard score?.yield ?? .number == .number else { throw .invalid(what: "score of \(texts[0])", at: r.offset) }
    }
}

extension Rule.Key {
    func write(to out: inout ByteWriter) {
        switch self {
        case .subject: out.put(UInt8(0))
        case .source: out.put(UInt8(1))
        case .area(let digits):
            out.put(UInt8(2))
            out.put(UInt8(digits))
        case .field(let name):
            out.put(UInt8(3))
            out.put(name)
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: self = .subject
        case 1: self = .source
        case 2: self = .area(digits: Int(try r.get(UInt8.self)))
        case 3: self = .field(try r.getString())
        default: throw .invalid(what: "key \(tag)", at: r.offset)
        }
    }
}

extension Rule.Value {
    func write(to out: inout ByteWriter) {
        out.put(name)
        switch kind {
        case .reading: out.put(UInt8(0))
        case .formula(let formula):
            out.put(UInt8(1))
            formula.write(to: &out)
        case .window(let window):
            out.put(UInt8(2))
            window.write(to: &out)
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let name = try r.getString()
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: self.init(name: name, kind: .reading)
        case 1: self.init(name: name, kind: .formula(try Formula(from: &r)))
        case 2:
            self.init(name: name, kind: .window(try Rule.Window(from: &r)))
        default: throw .invalid(what: "value kind \(tag)", at: r.offset)
        }
    }
}

extension Rule.Rung {
    func write(to out: inout ByteWriter) {
        out.put(level.rawValue)
        out.put(UInt8(of))
        out.put(compare.rawValue)
        at.write(to: &out)
        out.put(clear) { $1.write(to: &$0) }
        out.put(hold)
        out.put(clearHold)
        out.put(cite)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let level = try r.getCase(Level.self)
        let of = Int(try r.get(UInt8.self))
        let compare = try r.getCase(Rule.Comparison.self)
        let at = try Rule.Threshold(from: &r)
        let clear = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Rule.Threshold(from: &r)
        }
        self.init(
            level: level, of: of, compare: compare, at: at, clear: clear, hold: try r.getSpan(),
            clearHold: try r.getSpan(), cite: try r.getString())
    }
}

extension Rule.Threshold {
    func write(to out: inout ByteWriter) {
        switch self {
        case .number(let value):
            out.put(UInt8(0))
            out.put(value)
        case .limit(let name, let fallback):
            out.put(UInt8(1))
            out.put(name)
            out.put(fallback) { $0.put($1) }
        case .dated(let dates):
            out.put(UInt8(2))
            out.put(dates) { out, dated in
                out.put(dated.from)
                dated.threshold.write(to: &out)
            }
        }
    }

    init(from r: inout ByteReader, isDated: Bool = false) throws(ByteReader.Failure) {
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: self = .number(try r.getDouble())
        case 1:
            let name = try r.getString()
            let fallback = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getDouble() }
            self = .limit(name, fallback: fallback)
        case 2 where !isDated:
            let dates = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
                Rule.Dated(from: try r.getTimestamp(), threshold: try Rule.Threshold(from: &r, isDated: true))
            }
            guard (1...Self.maximumDates).contains(dates.count),
                zip(dates, dates.dropFirst()).allSatisfy({ $0.from < $1.from })
            else { throw .invalid(what: "dates of a threshold", at: r.offset) }
            self = .dated(dates)
        default: throw .invalid(what: "threshold \(tag)", at: r.offset)
        }
    }
}

extension Rule.NoData {
    func write(to out: inout ByteWriter) {
        out.put(after)
        out.put(action.rawValue)
        out.put(level.rawValue)
        out.put(expect) { $0.put($1) }
        out.put(hold)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        self.init(
            after: try r.getSpan(), action: try r.getCase(Action.self), level: try r.getCase(Level.self),
            expect: try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() })
        hold = try r.getSpan()
    }
}
