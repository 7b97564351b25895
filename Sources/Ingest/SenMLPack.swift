import Events

/// A SenML pack (RFC 8428, JSON) as events of the short form, one a record that has a value; docs/wire.md, "SenML".
struct SenMLPack {
    /// Why a record, or with it the whole pack, is refused.
    struct Flaw: Error, Equatable {
        var code: IngestCode
        var field: String?
        var got: String?
        var want: String?
    }

    enum Record: Equatable {
        /// JSON.
        case event([UInt8])
        /// Base values only.
        case base
        case refused(Flaw)
    }

    /// RFC 8428, 4.4: packs of a later version must not be used.
    static let version = 10.0
    /// RFC 8428, 4.5.3: times below are relative to now.
    static let absoluteTime = 268_435_456.0

    /// The fields of one record.
    private struct Fields {
        var name = ""
        var unit: String?
        var time = 0.0
        var value: Double?
        var flag: Bool?
        var sum: Double?
        /// `vs` or `vd`, which no rule can judge.
        var other: String?
    }

    private struct Base {
        var name = ""
        var unit: String?
        var time = 0.0
        var value = 0.0
        var sum = 0.0
    }

    private let tape: JSONTape
    private let unitsOf: (Substring) -> [String]?
    private let now: Timestamp
    private var base = Base()

    /// `unitsOf` gives the units that a metric of the catalogue takes.
    init(_ tape: JSONTape, now: Timestamp, unitsOf: @escaping (Substring) -> [String]?) {
        self.tape = tape
        self.now = now
        self.unitsOf = unitsOf
    }

    /// Whether an array of objects is a pack though nobody said so: events have an `id`, records a name or base name.
    static func isLikely(_ tape: JSONTape) -> Bool {
        let first = JSONTape.root + 1
        guard tape.kind(JSONTape.root) == .array, first < tape.end(JSONTape.root), tape.kind(first) == .object else {
            return false
        }
        var (hasName, at) = (false, first + 1)
        while at < tape.end(first) {
            let name = tape.text(at)
            if name.equals("id") || name.equals("specversion") { return false }
            if name.equals("n") || name.equals("bn") { hasName = true }
            at = tape.after(at + 1)
        }
        return hasName
    }

    /// The first records, and how many more there are; or the flaw, and the record that has it, for which the whole pack is
    /// refused: base values reach over records.
    mutating func records(atMost limit: Int) -> (records: [Record], more: Int, refused: (index: Int, flaw: Flaw)?) {
        guard tape.kind(JSONTape.root) == .array else {
            return ([], 0, (0, Flaw(code: .wrongType, field: "SenML", want: "an array of objects")))
        }
        var records: [Record] = []
        var at = JSONTape.root + 1
        while at < tape.end(JSONTape.root), records.count < limit {
            do throws(Flaw) {
                let fields = try read(at)
                records.append(record(fields))
            } catch {
                return ([], 0, (records.count, error))
            }
            at = tape.after(at)
        }
        return (records, tape.count(from: at, to: tape.end(JSONTape.root)), nil)
    }

    // Reading.

    private mutating func read(_ object: Int) throws(Flaw) -> Fields {
        guard tape.kind(object) == .object else { throw Flaw(code: .notAnObject) }
        var fields = Fields()
        var seen: Set<String> = []
        var at = object + 1
        while at < tape.end(object) {
            let name = tape.text(at).string
            guard seen.insert(name).inserted else { throw Flaw(code: .duplicateKey, field: name) }
            try take(name, at + 1, &fields)
            at = tape.after(at + 1)
        }
        return fields
    }

    private mutating func take(_ name: String, _ at: Int, _ fields: inout Fields) throws(Flaw) {
        switch name {
        case "bn": base.name = try text(name, at)
        case "bt": base.time = try number(name, at)
        case "bu": base.unit = try text(name, at)
        case "bv": base.value = try number(name, at)
        case "bs": base.sum = try number(name, at)
        case "bver":
            let version = try number(name, at)
            guard (1...Self.version).contains(version), version == version.rounded() else {
                throw Flaw(code: .unsupportedData, field: name, got: "\(version)", want: "\(Int(Self.version))")
            }
        case "n": fields.name = try text(name, at)
        case "u": fields.unit = try text(name, at)
        case "t": fields.time = try number(name, at)
        case "ut": _ = try number(name, at)
        case "v": fields.value = try number(name, at)
        case "s": fields.sum = try number(name, at)
        case "vb":
            guard tape.kind(at) == .true || tape.kind(at) == .false else {
                throw Flaw(code: .wrongType, field: name, want: "true or false")
            }
            fields.flag = tape.kind(at) == .true
        case "vs", "vd":
            _ = try text(name, at)
            fields.other = name
        default:
            // RFC 8428, 4.4: a field whose name ends so must be understood; others may be passed over.
            guard !name.hasSuffix("_") else { throw Flaw(code: .unexpectedField, field: String(name.prefix(64))) }
        }
    }

    private func number(_ name: String, _ at: Int) throws(Flaw) -> Double {
        guard let number = tape.number(at) else { throw Flaw(code: .wrongType, field: name, want: "a number") }
        return number
    }

    private func text(_ name: String, _ at: Int) throws(Flaw) -> String {
        guard tape.kind(at) == .string else { throw Flaw(code: .wrongType, field: name, want: "a string") }
        guard tape.text(at).count <= Limits.textBytes else {
            throw Flaw(code: .tooLong, field: name, want: "\(Limits.textBytes)")
        }
        return tape.text(at).string
    }

    // Resolving.

    private func record(_ fields: Fields) -> Record {
        do throws(Flaw) {
            let values = [fields.value.map { _ in "v" }, fields.flag.map { _ in "vb" }, fields.other].compactMap(\.self)
            guard values.count < 2 else { throw Flaw(code: .unexpectedField, field: values[1], want: "one value") }
            guard !values.isEmpty || fields.sum != nil else {
                // A record that names something and says nothing about it is a mistake; one of base values is none.
                guard fields.name.isEmpty else { throw Flaw(code: .missingField, field: "v") }
                return .base
            }
            return .event(try event(fields))
        } catch {
            return .refused(error)
        }
    }

    private func event(_ fields: Fields) throws(Flaw) -> [UInt8] {
        let name = base.name + fields.name
        guard !name.isEmpty else { throw Flaw(code: .missingField, field: "n") }
        guard name.utf8.count <= Limits.stringBytes else {
            throw Flaw(code: .tooLong, field: "n", want: "\(Limits.stringBytes)")
        }
        guard Self.isName(name) else { throw Flaw(code: .badCharacters, field: "n", got: String(name.prefix(64))) }
        if let other = fields.other { throw Flaw(code: .unsupportedData, field: other, got: other, want: "v or vb") }
        guard let value = fields.value.map({ $0 + base.value }) ?? fields.flag.map({ $0 ? 1 : 0 }) else {
            throw Flaw(code: .unsupportedData, field: "s", got: "s", want: "v or vb")
        }
        let sum = fields.sum.map { $0 + base.sum }
        guard value.isFinite, sum?.isFinite ?? true else {
            throw Flaw(code: .outOfRange, field: "v", want: "a finite number")
        }
        let time = try moment(base.time + fields.time).formatted()
        let (subject, metric, unit) = place(name, fields.unit ?? base.unit)
        var json = JSONWriter()
        json.open(UInt8(ascii: "{"))
        json.field("id", "\(subject)/\(metric)@\(time)")
        json.field("subject", subject)
        json.field("metric", metric)
        json.field("value", value)
        if let unit { json.field("unit", unit) }
        json.field("time", time)
        if let sum { json.field("sum", sum) }
        json.close(UInt8(ascii: "}"))
        return json.bytes
    }

    private func moment(_ seconds: Double) throws(Flaw) -> Timestamp {
        let isAbsolute = seconds >= Self.absoluteTime
        guard abs(seconds) < 1e11 else {
            throw Flaw(code: .badTime, field: "t", got: "\(seconds)", want: "Unix seconds")
        }
        // Where events are the clock, nothing but their own times says when "now" is.
        guard isAbsolute || now > .distantPast else {
            throw Flaw(
                code: .badTime, field: "t", got: "\(seconds)", want: "absolute Unix seconds: events are the clock here")
        }
        let span = TimeSpan(microseconds: Int64((seconds * 1e6).rounded()))
        return isAbsolute ? Timestamp(microseconds: span.microseconds) : now + span
    }

    /// What the record is about: a name that ends, after `/` or `:`, in a metric of the catalogue is of what stands before it;
    /// of any other the metric is called after the unit.
    private func place(_ name: String, _ unit: String?) -> (subject: String, metric: String, unit: String?) {
        if let cut = name.lastIndex(where: { $0 == "/" || $0 == ":" }), cut > name.startIndex {
            let metric = name[name.index(after: cut)...]
            if let taken = unitsOf(metric) {
                return (String(name[..<cut]), String(metric), unit.map { Self.spelling($0, among: taken) })
            }
        }
        return (name, unit.map { "senml.\($0)" } ?? "senml", unit)
    }

    /// SenML's name of a unit that the catalogue writes otherwise.
    private static func spelling(_ unit: String, among taken: [String]) -> String {
        let spellings = ["Cel": "°C", "%RH": "%", "/": "1", "ug/m3": "µg/m³", "mg/m3": "mg/m³", "uS/cm": "µS/cm"]
        guard !taken.contains(unit), let spelling = spellings[unit], taken.contains(spelling) else { return unit }
        return spelling
    }

    /// RFC 8428, 4.5.1.
    private static func isName(_ name: String) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool { byte &- 48 <= 9 || (byte | 0x20) &- 97 <= 25 }
        guard let first = name.utf8.first, isLetterOrDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "-:./_".utf8.contains($0) }
    }
}
