import Events

/// The few numbers that an aggregate remembers of a run of samples, wherever they stand.
protocol SampleRun {
    subscript(_ number: Int) -> Double { get nonmutating set }
}

/// A run whose numbers stand beside each other.
struct PlainRun: SampleRun {
    let numbers: UnsafeMutablePointer<Double>

    subscript(_ number: Int) -> Double {
        get { numbers[number] }
        nonmutating set { numbers[number] = newValue }
    }
}

extension Aggregate {
    @discardableResult
    func add(_ value: Double, seconds: Double, to run: UnsafeMutablePointer<Double>) -> Bool {
        add(value, seconds: seconds, to: PlainRun(numbers: run))
    }

    func value(_ run: UnsafePointer<Double>) -> Double { value(PlainRun(numbers: .init(mutating: run))) }
}

/// What an aggregate remembers of a run of samples, as a few numbers: they take a sample, append a later run, give the
/// value. All zeros are an empty run; times are seconds on a scale of the owner's.
extension Aggregate {
    /// Numbers kept; the first is always the sample count (of `distinct`: of different samples). 0 where samples
    /// themselves are kept.
    var stride: Int {
        switch self {
        case .count: 1
        case .avg, .min, .max, .sum: 2
        case .stddev: 3
        case .delta, .first, .last, .slope: 5
        case .rate, .increase: 6
        case .distinct: 1 + Rule.Window.maximumSamples
        case .quantile, .ewma: 0
        }
    }

    /// Most numbers of an accumulator that runs can be appended to.
    static let greatestMergeable = 6

    /// Adds one sample. False where a run of different samples is full and this is another.
    @discardableResult
    func add(_ value: Double, seconds: Double, to run: some SampleRun) -> Bool {
        let isFirst = run[0] == 0
        if self == .distinct { return addDistinct(value, to: run) }
        run[0] += 1
        switch self {
        case .count, .quantile, .ewma, .distinct: break
        case .sum, .avg: run[1] += value
        case .min: run[1] = isFirst || value < run[1] ? value : run[1]
        case .max: run[1] = isFirst || value > run[1] ? value : run[1]
        case .stddev:
            let before = value - run[1]
            run[1] += before / run[0]
            run[2] += before * (value - run[1])
        case .slope:
            let before = seconds - run[1]
            run[1] += before / run[0]
            run[2] += (value - run[2]) / run[0]
            run[3] += before * (seconds - run[1])
            run[4] += before * (value - run[2])
        case .delta, .first, .last, .rate, .increase:
            let isCounter = self == .rate || self == .increase
            if isFirst {
                (run[1], run[2], run[3], run[4]) = (seconds, value, seconds, value)
            } else if seconds >= run[3] {
                if isCounter { run[5] += value >= run[4] ? value - run[4] : value }
                (run[3], run[4]) = (seconds, value)
            } else if seconds < run[1] {
                if isCounter { run[5] += run[2] >= value ? run[2] - value : run[2] }
                (run[1], run[2]) = (seconds, value)
            }
        }
        return true
    }

    private func addDistinct(_ value: Double, to run: some SampleRun) -> Bool {
        let count = distinctCount(run)
        for index in 0..<count where run[1 + index].bitPattern == value.bitPattern { return true }
        guard count < Rule.Window.maximumSamples else { return false }
        run[1 + count] = value
        run[0] = Double(count + 1)
        return true
    }

    /// Whatever stands there after damage, it is a number of samples.
    private func distinctCount(_ run: some SampleRun) -> Int {
        run[0] >= 0 && run[0] <= Double(Rule.Window.maximumSamples) ? Int(run[0]) : 0
    }

    /// Appends a later run, whose times count from `shift` seconds after this one's.
    func append(_ later: some SampleRun, shift: Double, to run: some SampleRun) {
        let (count, added) = (run[0], later[0])
        guard added > 0 else { return }
        guard count > 0 else { return copy(later, shift: shift, to: run) }
        let total = count + added
        run[0] = total
        switch self {
        case .count, .distinct, .quantile, .ewma: break
        case .sum, .avg: run[1] += later[1]
        case .min: run[1] = later[1] < run[1] ? later[1] : run[1]
        case .max: run[1] = later[1] > run[1] ? later[1] : run[1]
        case .stddev:
            let apart = later[1] - run[1]
            run[1] += apart * added / total
            run[2] += later[2] + apart * apart * count * added / total
        case .slope:
            let (apart, difference) = (later[1] + shift - run[1], later[2] - run[2])
            run[1] += apart * added / total
            run[2] += difference * added / total
            run[3] += later[3] + apart * apart * count * added / total
            run[4] += later[4] + apart * difference * count * added / total
        case .delta, .first, .last: (run[3], run[4]) = (later[3] + shift, later[4])
        case .rate, .increase:
            run[5] += later[2] >= run[4] ? later[2] - run[4] : later[2]
            run[5] += later[5]
            (run[3], run[4]) = (later[3] + shift, later[4])
        }
    }

    private func copy(_ later: some SampleRun, shift: Double, to run: some SampleRun) {
        for index in 0..<stride { run[index] = later[index] }
        switch self {
        case .avg, .min, .max, .sum, .count, .stddev, .distinct, .quantile, .ewma: break
        case .slope: run[1] += shift
        case .delta, .first, .last, .rate, .increase:
            run[1] += shift
            run[3] += shift
        }
    }

    /// NaN where the samples are too few for the function; an empty sum and count are 0.
    func value(_ run: some SampleRun) -> Double {
        let count = run[0]
        return switch self {
        case .count, .distinct: count
        case .sum: run[1]
        case .avg: count > 0 ? run[1] / count : .nan
        case .min, .max: count > 0 ? run[1] : .nan
        case .stddev: count > 0 ? (run[2] / count).squareRoot() : .nan
        case .slope: run[3] > 0 ? run[4] / run[3] : .nan
        case .first: count > 0 ? run[2] : .nan
        case .last: count > 0 ? run[4] : .nan
        case .delta: count > 1 ? run[4] - run[2] : .nan
        case .increase: count > 1 ? run[5] : .nan
        case .rate: count > 1 && run[3] > run[1] ? run[5] / (run[3] - run[1]) : .nan
        case .quantile, .ewma: .nan
        }
    }

    /// What an empty window says.
    var ofNothing: Double {
        switch self {
        case .sum, .count, .distinct: 0
        case .avg, .min, .max, .rate, .increase, .delta, .slope, .stddev, .first, .last, .quantile, .ewma: .nan
        }
    }
}
