import Events

/// An exponentially weighted moving average: by half-life in event time, or by the weight of the newest sample.
///
/// A cell is `[0 or 1, last moment, average]`. A sample older than the last one is
/// late; an infinite one is refused, as nothing would ever outweigh it.
struct SmoothedCell: Sendable {
    static let cellSize = 3
    /// Seconds; 0 where the weight is fixed.
    let halfLife: Double
    let weight: Double

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        cell.isCount(0, atMost: 1) && (cell[0] == 0 || cell.isMoment(1))
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        guard value.isFinite else { return .refused }
        guard cell[0] != 0 else {
            cell[0] = 1
            cell.setMoment(1, time)
            cell[2] = value
            return .taken
        }
        guard time >= cell.moment(1) else { return .late }
        let share = halfLife > 0 ? 1 - halfPower((time - cell.moment(1)).seconds / halfLife) : weight
        cell[2] += share * (value - cell[2])
        cell.setMoment(1, time)
        return .taken
    }

    func value(of cell: UnsafePointer<Double>) -> Double { cell[0] == 0 ? .nan : cell[2] }
}
