import Events

/// A window that keeps its samples: the last so many, or at most 64 of a span of time.
///
/// A cell is `[samples, moments, values]`, ascending by moment and, where those are equal, by arrival.
struct SampleList: Sendable {
    let aggregate: Aggregate
    let quantile: Double
    /// Most samples.
    let most: Int
    /// nil: the newest `most` of whatever age.
    let over: TimeSpan?
    var cellSize: Int { 1 + 2 * most }

    init(_ window: Rule.Window) {
        aggregate = window.aggregate
        quantile = window.quantile
        switch window.shape {
        case .samples(let count): (most, over) = (count, nil)
        case .exact(let span): (most, over) = (Rule.Window.maximumSamples, span)
        case .sliding, .tumbling, .session, .halfLife, .weight: preconditionFailure("a window without samples")
        }
    }

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        guard cell.isCount(0, atMost: most) else { return false }
        let count = Int(cell[0])
        return (0..<count).allSatisfy { cell.isMoment(1 + $0) }
            && (1..<max(1, count)).allSatisfy { cell.moment($0) <= cell.moment(1 + $0) }
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        let newest = cell[0] > 0 ? max(time, cell.moment(Int(cell[0]))) : time
        if let over {
            let gone = oldest(at: newest, of: cell)
            if gone > 0 { remove(cell, gone) }
            guard time > newest - over else { return .late }
            guard Int(cell[0]) < most else { return .refused }
        } else if Int(cell[0]) == most {
            guard time >= cell.moment(1) else { return .late }
            remove(cell, 1)
        }
        let count = Int(cell[0])
        var place = count
        while place > 0, cell.moment(place) > time {
            cell[1 + place] = cell[place]
            cell[1 + most + place] = cell[most + place]
            place -= 1
        }
        cell.setMoment(1 + place, time)
        cell[1 + most + place] = value
        cell[0] = Double(count + 1)
        return .taken
    }

    /// Forgets the oldest samples.
    private func remove(_ cell: UnsafeMutablePointer<Double>, _ oldest: Int) {
        let rest = Int(cell[0]) - oldest
        for index in 0..<rest {
            cell[1 + index] = cell[1 + index + oldest]
            cell[1 + most + index] = cell[1 + most + index + oldest]
        }
        cell[0] = Double(rest)
    }

    /// Forgets nothing: a report that comes late, of a source that was taken for idle, meets what was there at its time.
    func value(at time: Timestamp, of cell: UnsafePointer<Double>) -> Double {
        let oldest = oldest(at: time, of: cell)
        let count = Int(cell[0]) - oldest
        guard count > 0 else { return aggregate.ofNothing }
        let cell = cell + oldest
        if aggregate == .quantile || aggregate == .distinct { return ofSorted(cell, count) }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: Aggregate.greatestMergeable) { run in
            let run = run.baseAddress!
            run.update(repeating: 0, count: Aggregate.greatestMergeable)
            for index in 0..<count {
                let seconds = (cell.moment(1 + index) - cell.moment(1)).seconds
                aggregate.add(cell[1 + most + index], seconds: seconds, to: run)
            }
            return aggregate.value(run)
        }
    }

    func isEmpty(at time: Timestamp, of cell: UnsafePointer<Double>) -> Bool {
        oldest(at: time, of: cell) == Int(cell[0])
    }

    /// How many samples have left the window by the moment.
    private func oldest(at time: Timestamp, of cell: UnsafePointer<Double>) -> Int {
        guard let over else { return 0 }
        var gone = 0
        while gone < Int(cell[0]), cell.moment(1 + gone) <= time - over { gone += 1 }
        return gone
    }

    private func ofSorted(_ cell: UnsafePointer<Double>, _ count: Int) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { sorted in
            for index in 0..<count {
                let value = cell[1 + most + index]
                var place = index
                while place > 0, sorted[place - 1] > value {
                    sorted[place] = sorted[place - 1]
                    place -= 1
                }
                sorted[place] = value
            }
            if aggregate == .distinct {
                return Double(1 + (1..<max(1, count)).count { sorted[$0] != sorted[$0 - 1] })
            }
            let rank = quantile * Double(count - 1)
            let below = Int(rank)
            let part = rank - Double(below)
            guard part > 0 else { return sorted[below] }
            return sorted[below] * (1 - part) + sorted[below + 1] * part
        }
    }

    /// When the oldest sample leaves.
    func nextChange(of cell: UnsafePointer<Double>, after time: Timestamp) -> Timestamp? {
        guard let over, !isEmpty(at: time, of: cell) else { return nil }
        return cell.moment(1 + oldest(at: time, of: cell)) + over
    }
}
