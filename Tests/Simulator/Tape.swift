import Client
import Events
import Foundation

/// What one gateway measures: the same lines however often they are read, each there once its time has come.
final class Tape: @unchecked Sendable {
    // @unchecked: simulated threads run one at a time.
    struct Line {
        var id: String
        var bytes: [UInt8]
        /// Seconds after the tape's beginning.
        var due: Double
    }

    let source: String
    let total: Int
    private(set) var lines: [Line] = []
    private var random: SeededRandom
    private let plan: Plan
    private let begun: Double
    private var values: [Double]
    private var due = 0.0

    init(source: String, total: Int, plan: Plan, seed: UInt64) {
        self.source = source
        self.total = total
        self.plan = plan
        random = SeededRandom(seed: seed)
        begun = Double(Machine.now) / 1e6
        values = [Double](repeating: 5, count: plan.subjects)
    }

    /// The line, which may still lie in the future.
    func line(_ index: Int) -> Line {
        while lines.count <= index { lines.append(next()) }
        return lines[index]
    }

    /// Waits until the line is there.
    func await(_ index: Int) -> Line {
        let line = line(index)
        let wait = begun + line.due - Double(Machine.now) / 1e6
        if wait > 0 { Machine.sleep(seconds: wait) }
        return line
    }

    private func next() -> Line {
        due += random.seconds(0...plan.longestPause)
        let subject = Int.random(in: 0..<values.count, using: &random)
        if random.chance(0.4) { values[subject] = random.pick([2, 9, 14, 22, 33, 45, 55, 70]) }
        let id = "\(source)-\(lines.count)"
        let time = Machine.wallStart + TimeSpan(microseconds: Int64((begun + due + offset()) * 1e6))
        let text =
            #"{"id":"\#(id)","source":"\#(source)","subject":"g-\#(subject)","metric":"gas.lel","#
            + #""value":\#(values[subject] + random.seconds(0...3)),"unit":"%LEL","time":"\#(time.formatted())"}"#
        return Line(id: id, bytes: Array(text.utf8) + [10], due: due)
    }

    /// Most readings are fresh; some come late, some from a clock that runs ahead.
    private func offset() -> Double {
        if random.chance(plan.late) { return -random.seconds(10...120) }
        if random.chance(plan.future) { return random.seconds(40...600) }
        return -random.seconds(0...1)
    }
}

/// Reads a tape from its beginning.
struct TapeReader: EventLines {
    let tape: Tape
    /// Whether a line that is not there yet is waited for here, or by who reads.
    let waits: Bool
    private(set) var next = 0

    init(_ tape: Tape, waits: Bool) {
        self.tape = tape
        self.waits = waits
    }

    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        guard next < tape.total else { return nil }
        let line = waits ? tape.await(next) : tape.line(next)
        next += 1
        out += line.bytes
        return Timestamp(microseconds: Int64(line.due * 1e6))
    }
}
