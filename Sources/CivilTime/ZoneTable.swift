/// One named time zone as data: the offsets it has had, so that no decision depends on the machine's zone files.
public struct ZoneTable: Equatable, Sendable {
    public struct Transition: Equatable, Sendable, BitwiseCopyable {
        /// The first second (since 1970-01-01T00:00:00Z) at which the offset holds.
        public var from: Int
        /// East of Greenwich, in seconds.
        public var offsetSeconds: Int

        public init(from: Int, offsetSeconds: Int) {
            self.from = from
            self.offsetSeconds = offsetSeconds
        }
    }

    public let name: String
    /// Before the first transition.
    public let initialOffsetSeconds: Int
    /// Strictly ascending by `from`.
    public let transitions: [Transition]

    public init(name: String, initialOffsetSeconds: Int, transitions: [Transition]) {
        precondition(zip(transitions, transitions.dropFirst()).allSatisfy { $0.from < $1.from }, "transitions ascend")
        self.name = name
        self.initialOffsetSeconds = initialOffsetSeconds
        self.transitions = transitions
    }

    /// The changes of offset within a stretch of seconds.
    public func transitions(in seconds: Range<Int>) -> ArraySlice<Transition> {
        transitions[count(until: seconds.lowerBound - 1)..<count(until: seconds.upperBound - 1)]
    }

    /// The offset in force at a moment, in seconds east of Greenwich.
    public func offset(at seconds: Int) -> Int {
        let past = count(until: seconds)
        return past == 0 ? initialOffsetSeconds : transitions[past - 1].offsetSeconds
    }

    /// How many transitions have come by a second.
    private func count(until seconds: Int) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].from <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
