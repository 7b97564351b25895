import Events

/// Windows aligned to the epoch that follow each other: one takes samples, and what the last closed one said holds
/// until the next closes.
///
/// A cell is `[window's number, state, what the last closed one said, run of samples]`; samples come in order of time, and one that
/// lies before the window is late.
struct TumblingCell: Sendable {
    private enum State {
        static let none = 0.0
        static let open = 1.0
        static let closed = 2.0
    }

    let aggregate: Aggregate
    let every: TimeSpan
    var cellSize: Int { 3 + aggregate.stride }

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        abs(cell[0]) * Double(every.microseconds) < 1e18 && cell[0] == cell[0].rounded() && cell.isCount(1, atMost: 2)
            && (cell[1] == State.open || cell[3] == 0)
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        let index = floorQuotient(time.microseconds, every.microseconds)
        let current = Int64(cell[0])
        switch cell[1] {
        case State.open:
            guard index >= current else { return .late }
            if index > current { open(index, cell) }
        case State.closed:
            guard index > current else { return .late }
            open(index, cell)
        default:
            cell[2] = .nan
            open(index, cell)
        }
        let seconds = Double(time.microseconds - index * every.microseconds) / 1_000_000
        return aggregate.add(value, seconds: seconds, to: cell + 3) ? .taken : .refused
    }

    private func open(_ index: Int64, _ cell: UnsafeMutablePointer<Double>) {
        cell[0] = Double(index)
        cell[1] = State.open
        (cell + 3).update(repeating: 0, count: aggregate.stride)
    }

    func value(of cell: UnsafePointer<Double>) -> Double { cell[1] == State.none ? .nan : cell[2] }

    func forget(_ cell: UnsafeMutablePointer<Double>) { if cell[1] != State.none { cell[2] = .nan } }

    /// Whether no window has closed yet, or an empty one last.
    func isEmpty(_ cell: UnsafePointer<Double>) -> Bool {
        cell[1] == State.none || (cell[1] == State.closed && cell[2].isNaN)
    }

    /// When the open window ends.
    func end(of cell: UnsafePointer<Double>) -> Timestamp? {
        guard cell[1] == State.open else { return nil }
        return Timestamp(microseconds: (Int64(cell[0]) + 1) * every.microseconds)
    }

    func end(holding time: Timestamp) -> Timestamp {
        Timestamp(microseconds: (floorQuotient(time.microseconds, every.microseconds) + 1) * every.microseconds)
    }

    /// Closes the open window if it has ended. Where silence means that nothing happened, an empty one follows; after
    /// that nothing changes until a sample comes.
    func close(by moment: Timestamp, silenceIsZero: Bool, of cell: UnsafeMutablePointer<Double>) {
        guard let end = end(of: cell), end <= moment else { return }
        let isEmpty = cell[3] == 0
        let value = aggregate.value(cell + 3)
        // Of no report there is no mean; one that no report can have leaves the last.
        if !value.isNaN || (silenceIsZero && isEmpty) { cell[2] = value }
        if silenceIsZero, !isEmpty {
            open(Int64(cell[0]) + 1, cell)
        } else {
            cell[1] = State.closed
            (cell + 3).update(repeating: 0, count: aggregate.stride)
        }
    }
}
