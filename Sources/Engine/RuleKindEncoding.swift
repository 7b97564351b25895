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
