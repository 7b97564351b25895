import Events

/// The different samples of a sliding window, each with the newest pane that saw it: exact up to 64, beyond that a
/// further one is refused.
///
/// A cell is `[newest pane, entries, 64 samples, 64 panes]`.
struct DistinctRing: Sendable {
    static let most = Rule.Window.maximumSamples
    static let cellSize = 2 + 2 * most
    let panes: Int64
    let step: Int64

    init(over: TimeSpan, step: TimeSpan) {
        panes = over.microseconds / step.microseconds
        self.step = step.microseconds
    }

    func nextBoundary(after time: Timestamp) -> Timestamp {
        .init(microseconds: (floorQuotient(time.microseconds, step) + 1) * step)
    }

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        let isPane = { (number: Double) in abs(number) < 1e15 && number == number.rounded() }
        return isPane(cell[0]) && cell.isCount(1, atMost: Self.most)
            && (0..<Int(cell[1])).allSatisfy { isPane(cell[2 + Self.most + $0]) }
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        let index = floorQuotient(time.microseconds, step)
        let newest = advance(cell, to: index)
        guard newest - index < panes else { return .late }
        let (samples, seen) = (cell + 2, cell + 2 + Self.most)
        let count = Int(cell[1])
        var free = count < Self.most ? count : -1
        for entry in 0..<count {
            if samples[entry].bitPattern == value.bitPattern {
                seen[entry] = max(seen[entry], Double(index))
                return .taken
            }
            if newest - Int64(seen[entry]) >= panes, free < 0 || entry < free { free = entry }
        }
        guard free >= 0 else { return .refused }
        samples[free] = value
        seen[free] = Double(index)
        if free == count { cell[1] += 1 }
        return .taken
    }

    func value(at time: Timestamp, of cell: UnsafeMutablePointer<Double>) -> Double {
        let newest = advance(cell, to: floorQuotient(time.microseconds, step))
        let seen = cell + 2 + Self.most
        return Double((0..<Int(cell[1])).count { newest - Int64(seen[$0]) < panes })
    }

    /// The newest pane, moved on to `index`.
    private func advance(_ cell: UnsafeMutablePointer<Double>, to index: Int64) -> Int64 {
        if let newest = cell.pane, index <= newest { return newest }
        cell.pane = index
        return index
    }
}
