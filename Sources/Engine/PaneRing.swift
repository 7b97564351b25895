import Events

/// A sliding window of whole panes, read in constant time: a ring in which the current round's panes stand as they are
/// and each place of the round before holds everything from there to that round's end.
///
/// A cell is `[newest pane, the current round so far, how many samples are in it and in each place, one run a place]`,
/// where the runs are without their numbers of samples. The window is then two runs: the
/// rest of the round before, and the current round. They depend on the samples and on the panes' numbers alone, never
/// on when they were read.
struct PaneRing: BitwiseCopyable, Sendable {
    let aggregate: Aggregate
    let panes: Int
    /// Numbers of a run, without how many samples it has.
    let width: Int
    let stepSeconds: Double
    let cellSize: Int
    /// Where in a cell the places' runs begin.
    private let runs: Int
    private let steps: Divisor
    private let places: Divisor

    init(_ aggregate: Aggregate, over: TimeSpan, step: TimeSpan) {
        self.aggregate = aggregate
        panes = Int(over.microseconds / step.microseconds)
        steps = Divisor(step.microseconds)
        places = Divisor(Int64(panes))
        width = aggregate.stride - 1
        stepSeconds = step.seconds
        runs = 1 + width + (1 + panes + 1) / 2
        cellSize = runs + panes * width
    }

    func nextBoundary(after time: Timestamp) -> Timestamp {
        .init(microseconds: (steps.quotient(time.microseconds) + 1) * steps.number)
    }

    func isPlausible(_ cell: UnsafePointer<Double>) -> Bool {
        abs(cell[0]) < 1e15 && cell[0] == cell[0].rounded()
    }

    func add(_ value: Double, at time: Timestamp, to cell: UnsafeMutablePointer<Double>) -> WindowCells.Outcome {
        let index = steps.quotient(time.microseconds)
        let newest = advance(cell, to: index)
        guard newest - index < Int64(panes) else { return .late }
        let seconds = Double(time.microseconds - index * steps.number) / 1_000_000
        let (here, place) = (position(newest), position(index))
        // What stands from a place on to its round's end holds no more than this.
        let fullest = place <= here ? round(cell) : run(cell, here + 1)
        guard !fullest.isFull else { return .refused }
        if place <= here {
            aggregate.add(value, seconds: seconds, to: run(cell, place))
            aggregate.add(value, seconds: seconds + Double(place) * stepSeconds, to: round(cell))
        } else {
            for back in here + 1...place {
                aggregate.add(value, seconds: seconds + Double(place - back) * stepSeconds, to: run(cell, back))
            }
        }
        return .taken
    }

    /// `add` and `value` in one, where nothing newer is in the window with the pane looked up once.
    func measure(
        _ value: Double, at time: Timestamp, of cell: UnsafeMutablePointer<Double>
    ) -> (WindowCells.Outcome, Double) {
        let index = steps.quotient(time.microseconds)
        let place = position(index)
        guard advance(cell, to: index, at: place) == index else {
            return (add(value, at: time, to: cell), self.value(at: time, of: cell))
        }
        guard !round(cell).isFull else { return (.refused, self.value(of: cell, rest: place + 1)) }
        let seconds = Double(time.microseconds - index * steps.number) / 1_000_000
        aggregate.add(value, seconds: seconds, to: run(cell, place))
        aggregate.add(value, seconds: seconds + Double(place) * stepSeconds, to: round(cell))
        return (.taken, self.value(of: cell, rest: place + 1))
    }

    func value(at time: Timestamp, of cell: UnsafeMutablePointer<Double>) -> Double {
        value(of: cell, rest: position(advance(cell, to: steps.quotient(time.microseconds))) + 1)
    }

    /// Whether the window that ends with the newest pane has no sample.
    func isEmpty(_ cell: UnsafePointer<Double>) -> Bool {
        let cell = UnsafeMutablePointer(mutating: cell)
        guard let newest = cell.pane else { return true }
        let rest = position(newest) + 1
        return round(cell)[0] == 0 && (rest == panes || run(cell, rest)[0] == 0)
    }

    /// The round before from a place on, and the current round.
    private func value(of cell: UnsafeMutablePointer<Double>, rest: Int) -> Double {
        let (before, now) = (run(cell, rest), round(cell))
        guard rest < panes, before[0] > 0 else { return aggregate.value(now) }
        // The commonest, without a run to put them together in.
        if aggregate == .avg, now[0] > 0 { return (before[1] + now[1]) / (before[0] + now[0]) }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: Aggregate.greatestMergeable) { window in
            let window = PlainRun(numbers: window.baseAddress!)
            for number in 0...width { window[number] = before[number] }
            aggregate.append(now, shift: Double(panes - rest) * stepSeconds, to: window)
            return aggregate.value(window)
        }
    }

    /// Where in a cell the numbers of a moment's pane stand, and the count of samples before them.
    func place(of time: Timestamp) -> (count: Int, numbers: Int) {
        let place = position(steps.quotient(time.microseconds))
        return (1 + width + (1 + place) / 2, runs + place * width)
    }

    private func round(_ cell: UnsafeMutablePointer<Double>) -> PaneRun {
        PaneRun(count: UnsafeMutableRawPointer(cell + 1 + width), numbers: cell + 1)
    }

    private func run(_ cell: UnsafeMutablePointer<Double>, _ place: Int) -> PaneRun {
        PaneRun(count: counts(cell, from: place), numbers: cell + runs + place * width)
    }

    /// The first of them is of the current round.
    private func counts(_ cell: UnsafeMutablePointer<Double>, from place: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(cell + 1 + width) + (1 + place) * PaneRun.countSize
    }

    /// A pane's place in its round.
    private func position(_ index: Int64) -> Int { Int(places.rest(index)) }

    /// The newest pane, moved on to `index`; panes between are empty.
    private func advance(_ cell: UnsafeMutablePointer<Double>, to index: Int64) -> Int64 {
        advance(cell, to: index, at: position(index))
    }

    /// `place`: the position of `index`.
    @inline(__always)
    private func advance(_ cell: UnsafeMutablePointer<Double>, to index: Int64, at place: Int) -> Int64 {
        let newest = cell.pane
        if let newest, index <= newest { return newest }
        cell.pane = index
        guard let newest else { return index }
        if index - newest <= place {
            empty(cell, place - Int(index - newest) + 1...place)
        } else {
            turn(cell, from: newest, to: index)
        }
        return index
    }

    /// Begins another round.
    private func turn(_ cell: UnsafeMutablePointer<Double>, from newest: Int64, to index: Int64) {
        let before = position(newest)
        let (rounds, rest) = (Int64(before) + index - newest).quotientAndRemainder(dividingBy: Int64(panes))
        let now = Int(rest)
        guard rounds == 1 else { return (cell + 1).update(repeating: 0, count: cellSize - 1) }
        if before + 1 < panes { empty(cell, before + 1...panes - 1) }
        gather(cell, downTo: now + 1)
        empty(cell, 0...now)
        for number in 0...width { round(cell)[number] = 0 }
    }

    private func empty(_ cell: UnsafeMutablePointer<Double>, _ places: ClosedRange<Int>) {
        run(cell, places.lowerBound).numbers.update(repeating: 0, count: places.count * width)
        UnsafeMutableRawBufferPointer(
            start: counts(cell, from: places.lowerBound), count: places.count * PaneRun.countSize
        ).initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// A round has ended: each place from the last one down takes in all that follow it.
    private func gather(_ cell: UnsafeMutablePointer<Double>, downTo last: Int) {
        var place = panes - 2
        while place >= last {
            aggregate.append(run(cell, place + 1), shift: stepSeconds, to: run(cell, place))
            place -= 1
        }
    }

    /// A cell as snapshots with `widePanes` have it: `[newest pane, the current round so far, one run a place]`, each run with its
    /// number of samples.
    func restore(_ cell: UnsafeMutablePointer<Double>, wide: UnsafeRawBufferPointer) {
        func wideNumber(_ index: Int) -> Double { wide.loadUnaligned(fromByteOffset: index * 8, as: Double.self) }
        cell[0] = wideNumber(0)
        for place in -1..<panes {
            let run = place < 0 ? round(cell) : run(cell, place)
            for number in 0...width { run[number] = wideNumber(1 + (1 + place) * (1 + width) + number) }
        }
    }

    /// Numbers of such a cell.
    var wideSize: Int { 1 + (1 + panes) * (1 + width) }
}

/// A run whose number of samples stands apart, in four bytes, which a thousand a second fill in fifty days.
struct PaneRun: SampleRun {
    static let countSize = MemoryLayout<UInt32>.size
    static let most = UInt32.max

    let count: UnsafeMutableRawPointer
    let numbers: UnsafeMutablePointer<Double>

    /// Whether it can take no further sample.
    var isFull: Bool { count.load(as: UInt32.self) == Self.most }

    subscript(_ number: Int) -> Double {
        get { number == 0 ? Double(count.load(as: UInt32.self)) : numbers[number - 1] }
        nonmutating set {
            if number == 0 {
                // In this order also what is no number, after damage, becomes one.
                count.storeBytes(of: UInt32(max(0, min(newValue, Double(Self.most)))), as: UInt32.self)
            } else {
                numbers[number - 1] = newValue
            }
        }
    }
}
