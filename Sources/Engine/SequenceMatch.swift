import Events

/// Which steps of a sequence a key has reached: a constant number of moments, whatever comes.
///
/// In order: for every step the latest start of a chain that reached it, so the winner is the chain that can still be
/// completed longest. Where the sequence ends with something that must not come, the earliest chain that waits is kept
/// (its deadline is the next), and the latest, which waits on when the deadline of the first has passed.
/// In any order: for every step the latest event.
struct SequenceMatch: Sendable {
    let order: Rule.Pattern.Order
    let within: TimeSpan
    /// Bits of the positive steps in order.
    private let steps: [UInt16]
    /// Per positive step: bits of the negations that stand before it.
    private let guards: [UInt16]
    /// Bits of the negations at the end; 0 without any.
    private let ending: UInt16
    private let clear: UInt16

    init(_ pattern: Rule.Pattern) {
        precondition(pattern.isSound, "a sequence is checked before it is prepared")
        order = pattern.order
        within = pattern.within
        var steps: [UInt16] = []
        var guards: [UInt16] = []
        var open: UInt16 = 0
        for (index, step) in pattern.steps.enumerated() {
            let bit: UInt16 = 1 << index
            if step.isNegated {
                open |= bit
            } else {
                steps.append(bit)
                guards.append(open)
                open = 0
            }
        }
        (self.steps, self.guards, ending) = (steps, guards, open)
        clear = pattern.clear == nil ? 0 : 1 << pattern.steps.count
    }

    /// One moment a step, and three for an end that must not come.
    var words: Int { steps.count + (ending == 0 ? 0 : 3) }

    // After the steps: start of the first waiting chain, of the last one, and when one was last completed.
    private var first: Int { steps.count }
    private var last: Int { steps.count + 1 }
    private var completed: Int { steps.count + 2 }

    /// Takes an event at `time` that is what the bits say. In order, events come by time; else a late one still counts.
    func take(_ bits: UInt16, at time: Timestamp, _ cell: UnsafeMutablePointer<Int64>) {
        let now = time.microseconds
        guard bits & clear == 0 else {
            // What came after it stays: in any order it may be late.
            for word in 0..<words where order == .steps || cell[word] <= now { cell[word] = KeyCells.empty }
            return
        }
        switch order {
        case .any:
            for step in steps.indices where bits & steps[step] != 0 { cell[step] = max(cell[step], now) }
        case .steps: takeInOrder(bits, now, cell)
        }
    }

    private func takeInOrder(_ bits: UInt16, _ now: Int64, _ cell: UnsafeMutablePointer<Int64>) {
        // What must not come counts before what the same event may also be.
        for step in steps.indices where bits & guards[step] != 0 { cell[step - 1] = KeyCells.empty }
        if bits & ending != 0 {
            for word in [first, last, completed] { cell[word] = KeyCells.empty }
        }
        // From the last step down, so that one event is one step of a chain.
        for step in steps.indices.reversed() where bits & steps[step] != 0 {
            let start = step == 0 ? now : cell[step - 1]
            guard start != KeyCells.empty, now - start <= within.microseconds else { continue }
            guard ending != 0, step == steps.count - 1 else {
                cell[step] = max(cell[step], start)
                continue
            }
            cell[first] = cell[first] == KeyCells.empty ? start : min(cell[first], start)
            cell[last] = max(cell[last], start)
        }
    }

    /// Forgets what is older than the span. At a timer the span is over at its very end, after every event of that
    /// moment; at an event, the moment itself still counts.
    func pass(_ time: Timestamp, isTimer: Bool, _ cell: UnsafeMutablePointer<Int64>) {
        func isOver(_ start: Int64) -> Bool {
            guard start != KeyCells.empty else { return false }
            let age = time.microseconds - start
            return isTimer ? age >= within.microseconds : age > within.microseconds
        }
        if ending != 0, isOver(cell[first]) {
            cell[completed] = max(cell[completed], cell[first] + within.microseconds)
            cell[first] = cell[last] > cell[first] ? cell[last] : KeyCells.empty
            if cell[first] == KeyCells.empty { cell[last] = KeyCells.empty }
        }
        if ending != 0, isOver(cell[completed]) { cell[completed] = KeyCells.empty }
        for step in steps.indices where isOver(cell[step]) { cell[step] = KeyCells.empty }
    }

    /// Steps reached, or different ones seen, within the span.
    func value(_ cell: UnsafePointer<Int64>) -> Double {
        switch order {
        case .any: return Double(steps.indices.count { cell[$0] != KeyCells.empty })
        case .steps:
            if ending != 0 {
                if cell[completed] != KeyCells.empty { return Double(steps.count + 1) }
                if cell[first] != KeyCells.empty { return Double(steps.count) }
            }
            let reached = steps.indices.last { cell[$0] != KeyCells.empty }
            return Double(reached.map { $0 + 1 } ?? 0)
        }
    }

    /// When the value may change by itself next.
    func due(_ cell: UnsafePointer<Int64>) -> Timestamp? {
        var least = Int64.max
        for word in 0..<words where cell[word] != KeyCells.empty && (ending == 0 || word != last) {
            least = min(least, cell[word])
        }
        return least == .max ? nil : Timestamp(microseconds: least) + within
    }
}
