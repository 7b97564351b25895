import Events

/// A run of samples that follow each other within a gap, aggregated as it grows.
///
/// A cell is `[0 or 1, first moment, last moment, moment from which the run's seconds count, run of samples]`.
struct SessionCell: Sendable {
    private static let header = 4

    let aggregate: Aggregate
    let gap: TimeSpan
    let longest: TimeSpan
    var cellSize: Int { Self.header + aggregate.stride }

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        cell.isCount(0, atMost: 1)
            && (cell[0] == 0
                || cell.isMoment(1) && cell.isMoment(2) && cell.isMoment(3) && cell.moment(1) <= cell.moment(2))
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        if cell[0] == 0 || time - cell.moment(2) > gap || time - cell.moment(1) >= longest { begin(cell, time) }
        if time < cell.moment(1) {
            guard cell.moment(1) - time <= gap, cell.moment(2) - time < longest else { return .late }
            cell.setMoment(1, time)
        }
        cell.setMoment(2, max(time, cell.moment(2)))
        let seconds = (time - cell.moment(3)).seconds
        return aggregate.add(value, seconds: seconds, to: cell + Self.header) ? .taken : .refused
    }

    private func begin(_ cell: UnsafeMutablePointer<Double>, _ time: Timestamp) {
        cell.update(repeating: 0, count: cellSize)
        cell[0] = 1
        for moment in 1...3 { cell.setMoment(moment, time) }
    }

    /// A session whose gap has passed by the moment is over and says what nothing says.
    func value(at time: Timestamp, of cell: UnsafePointer<Double>) -> Double {
        isOver(at: time, of: cell) ? aggregate.ofNothing : aggregate.value(cell + Self.header)
    }

    func isOver(at time: Timestamp, of cell: UnsafePointer<Double>) -> Bool {
        cell[0] == 0 || time - cell.moment(2) >= gap
    }

    /// When the gap will have passed.
    func end(of cell: UnsafePointer<Double>, after time: Timestamp) -> Timestamp? {
        guard cell[0] != 0 else { return nil }
        let end = cell.moment(2) + gap
        return end > time ? end : nil
    }
}
