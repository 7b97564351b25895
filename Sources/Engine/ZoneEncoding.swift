import CivilTime
import Events

/// The tables of a rule set's zones as bytes.
extension ZoneTable {
    func write(to out: inout ByteWriter) {
        out.put(name)
        out.put(Int32(initialOffsetSeconds))
        out.put(transitions) { out, transition in
            out.put(Int64(transition.from))
            out.put(Int32(transition.offsetSeconds))
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let name = try r.getString()
        let initial = Int(try r.get(Int32.self))
        let transitions = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            Transition(from: Int(try r.get(Int64.self)), offsetSeconds: Int(try r.get(Int32.self)))
        }
        let day = -86_400...86_400
        guard day.contains(initial), transitions.allSatisfy({ day.contains($0.offsetSeconds) }),
            zip(transitions, transitions.dropFirst()).allSatisfy({ $0.from < $1.from })
        else { throw .invalid(what: "zone \(name)", at: r.offset) }
        self.init(name: name, initialOffsetSeconds: initial, transitions: transitions)
    }
}
