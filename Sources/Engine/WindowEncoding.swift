import Events

extension Rule.Window {
    func write(to out: inout ByteWriter) {
        out.put(aggregate.rawValue)
        out.put(of) { $1.write(to: &$0) }
        out.put(quantile)
        switch shape {
        case .sliding(let over, let step):
            out.put(UInt8(0))
            out.put(over)
            out.put(step)
        case .tumbling(let every):
            out.put(UInt8(1))
            out.put(every)
        case .session(let gap, let longest):
            out.put(UInt8(2))
            out.put(gap)
            out.put(longest)
        case .samples(let count):
            out.put(UInt8(3))
            out.put(UInt8(count))
        case .exact(let over):
            out.put(UInt8(4))
            out.put(over)
        case .halfLife(let span):
            out.put(UInt8(5))
            out.put(span)
        case .weight(let weight):
            out.put(UInt8(6))
            out.put(weight)
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        aggregate = try r.getCase(Aggregate.self)
        of = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try Formula(from: &r) }
        quantile = try r.getDouble()
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: shape = .sliding(over: try r.getSpan(), step: try r.getSpan())
        case 1: shape = .tumbling(every: try r.getSpan())
        case 2: shape = .session(gap: try r.getSpan(), longest: try r.getSpan())
        case 3: shape = .samples(Int(try r.get(UInt8.self)))
        case 4: shape = .exact(over: try r.getSpan())
        case 5: shape = .halfLife(try r.getSpan())
        case 6: shape = .weight(try r.getDouble())
        default: throw .invalid(what: "window shape \(tag)", at: r.offset)
        }
        guard isValid else { throw .invalid(what: "window", at: r.offset) }
    }
}
