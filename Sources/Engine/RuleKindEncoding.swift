import Events

extension Rule.Kind {
    func write(to out: inout ByteWriter) {
        switch self {
        case .value: out.put(UInt8(0))
        case .absence(let absence):
            out.put(UInt8(1))
            out.put(absence.expect) { $0.put($1) }
        case .sequence(let pattern):
            out.put(UInt8(2))
            pattern.write(to: &out)
        case .proximity(let proximity):
            out.put(UInt8(3))
            proximity.write(to: &out)
        case .index(let index):
            out.put(UInt8(4))
            index.write(to: &out)
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: self = .value
        case 1:
            self = .absence(
                .init(expect: try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }))
        case 2: self = .sequence(try Rule.Pattern(from: &r))
        case 3: self = .proximity(try Rule.Proximity(from: &r))
        case 4: self = .index(try Rule.Composite(from: &r))
        default: throw .invalid(what: "rule kind \(tag)", at: r.offset)
        }
    }
}

extension Rule.Input {
    func write(to out: inout ByteWriter) { for text in [type, metric, unit] { out.put(text) } }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        self.init(type: try r.getString(), metric: try r.getString(), unit: try r.getString())
    }
}

extension Rule.Step {
    func write(to out: inout ByteWriter) {
        input.write(to: &out)
        out.put(condition) { $1.write(to: &$0) }
        out.put(isNegated)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let input = try Rule.Input(from: &r)
        let condition = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Formula(from: &r) }
        self.init(input: input, condition: condition, isNegated: try r.getBool())
    }
}

extension Rule.Pattern {
    func write(to out: inout ByteWriter) {
        out.put(order.rawValue)
        out.put(steps) { $1.write(to: &$0) }
        out.put(within)
        out.put(clear) { $1.write(to: &$0) }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let order = try r.getCase(Order.self)
        let steps = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Rule.Step(from: &r) }
        let within = try r.getSpan()
        let clear = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Rule.Step(from: &r) }
        self.init(order: order, steps: steps, within: within, clear: clear)
        guard isSound else { throw .invalid(what: "sequence", at: r.offset) }
    }
}

extension Rule.Proximity {
    func write(to out: inout ByteWriter) {
        out.put(measure.rawValue)
        out.put(within)
        out.put(during)
        out.put(of) { $1.write(to: &$0) }
        out.put(grade)
        out.put(maximumPoints)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let measure = try r.getCase(Measure.self)
        let (within, during) = (try r.getDouble(), try r.getSpan())
        let of = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Rule.Step(from: &r) }
        self.init(
            measure: measure, within: within, during: during, of: of, grade: try r.get(), maximumPoints: try r.get())
        guard isSound else { throw .invalid(what: "proximity", at: r.offset) }
    }
}

extension Rule.Composite {
    func write(to out: inout ByteWriter) {
        out.put(combination.rawValue)
        out.put(parts) { $1.write(to: &$0) }
        out.put(areas) { $0.put(UInt8($1)) }
        out.put(minimumKnown)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let combination = try r.getCase(Combination.self)
        let parts = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Part(from: &r) }
        let areas = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in Int(try r.get(UInt8.self)) }
        self.init(combination: combination, parts: parts, areas: areas, minimumKnown: try r.getDouble())
        guard isSound else { throw .invalid(what: "index", at: r.offset) }
    }
}

extension Rule.Composite.Part {
    func write(to out: inout ByteWriter) {
        switch of {
        case .rule(let id):
            out.put(UInt8(0))
            out.put(id)
        case .population(let full):
            out.put(UInt8(1))
            out.put(full)
        case .grade: out.put(UInt8(2))
        }
        out.put(weight)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let tag = try r.get(UInt8.self)
        let of: Rule.Composite.Source
        switch tag {
        case 0: of = .rule(try r.getString())
        case 1: of = .population(full: try r.get())
        case 2: of = .grade
        default: throw .invalid(what: "part of an index \(tag)", at: r.offset)
        }
        self.init(of, weight: try r.getDouble())
    }
}
