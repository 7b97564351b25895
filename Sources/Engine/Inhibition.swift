import Events

extension Rule {
    /// While another rule fires for the same thing, this one is evaluated and not told: the other explains it.
    public struct Inhibition: Equatable, Sendable {
        /// What both alarms must have in common.
        public enum Same: Equatable, Sendable {
            case subject
            /// The first 2, 4, 6, 9 or 12 digits of the area.
            case area(digits: Int)
        }

        /// Id of the rule that inhibits.
        public var rule: String
        /// The least level at which it does.
        public var level: Level
        public var same: Same

        public init(rule: String, level: Level = .blue, same: Same = .subject) {
            self.rule = rule
            self.level = level
            self.same = same
        }
    }
}

extension Rule.Inhibition {
    func write(to out: inout ByteWriter) {
        out.put(rule)
        out.put(level.rawValue)
        switch same {
        case .subject: out.put(UInt8(0))
        case .area(let digits): out.put(UInt8(digits))
        }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        rule = try r.getString()
        level = try r.getCase(Level.self)
        let digits = try r.get(UInt8.self)
        guard [0, 2, 4, 6, 9, 12].contains(digits) else { throw .invalid(what: "digits of an area", at: r.offset) }
        same = digits == 0 ? .subject : .area(digits: Int(digits))
    }

    /// Ids of rules that inhibit each other in a ring, from the first to itself; nil where there is none. Rules of a ring
    /// could silence one another for ever.
    public static func ring(among rules: [Rule]) -> [String]? {
        /// 0 not visited, 1 on the path, 2 done.
        var marks = [UInt8](repeating: 0, count: rules.count)
        var path: [Int] = []
        func visit(_ rule: Int) -> [String]? {
            marks[rule] = 1
            path.append(rule)
            for inhibition in rules[rule].inhibitedBy {
                guard let next = rules.firstIndex(where: { $0.id == inhibition.rule }) else { continue }
                if marks[next] == 1, let start = path.firstIndex(of: next) {
                    return (path[start...] + [next]).map { rules[$0].id }
                }
                if marks[next] == 0, let ring = visit(next) { return ring }
            }
            path.removeLast()
            marks[rule] = 2
            return nil
        }
        for rule in rules.indices where marks[rule] == 0 { if let ring = visit(rule) { return ring } }
        return nil
    }
}
