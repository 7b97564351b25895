import Events

extension Aggregate {
    /// Numbers that a pane keeps; the first is always the sample count.
    var stride: Int {
        switch self {
        case .count: 1
        case .avg, .min, .max, .sum: 2
        case .stddev: 3
        case .delta: 5
        case .slope: 5
        case .rate, .increase: 6
        }
    }

    /// Adds one sample, `seconds` after the pane's start, to the pane's numbers.
    func add(_ value: Double, seconds: Double, to pane: UnsafeMutablePointer<Double>) {
        let isFirst = pane[0] == 0
        pane[0] += 1
        switch self {
        case .count: break
        case .sum, .avg: pane[1] += value
        case .min: pane[1] = isFirst || value < pane[1] ? value : pane[1]
        case .max: pane[1] = isFirst || value > pane[1] ? value : pane[1]
        case .stddev:
            let before = value - pane[1]
            pane[1] += before / pane[0]
            pane[2] += before * (value - pane[1])
        case .slope:
            pane[1] += seconds
            pane[2] += value
            pane[3] += seconds * seconds
            pane[4] += seconds * value
        case .delta, .rate, .increase:
            if isFirst {
                (pane[1], pane[2], pane[3], pane[4]) = (seconds, value, seconds, value)
            } else if seconds >= pane[3] {
                if self != .delta { pane[5] += value >= pane[4] ? value - pane[4] : value }
                (pane[3], pane[4]) = (seconds, value)
            } else if seconds < pane[1] {
                if self != .delta { pane[5] += pane[2] >= value ? pane[2] - value : pane[2] }
                (pane[1], pane[2]) = (seconds, value)
            }
        }
    }
}

/// Merges panes from the oldest to the newest into the aggregate's value.
struct PaneMerge {
    private let aggregate: Aggregate
    private var count = 0.0
    private var a = 0.0
    private var b = 0.0
    private var c = 0.0
    private var d = 0.0
    private var firstTime = 0.0
    private var firstValue = 0.0
    private var lastTime = 0.0
    private var lastValue = 0.0

    init(_ aggregate: Aggregate) { self.aggregate = aggregate }

    /// `start` is the pane's beginning in seconds on any scale common to the panes.
    mutating func add(_ pane: UnsafePointer<Double>, start: Double) {
        let n = pane[0]
        guard n > 0 else { return }
        switch aggregate {
        case .count: break
        case .sum, .avg: a += pane[1]
        case .min: a = count == 0 || pane[1] < a ? pane[1] : a
        case .max: a = count == 0 || pane[1] > a ? pane[1] : a
        case .stddev:
            let shift = pane[1] - a
            let total = count + n
            a += shift * n / total
            b += pane[2] + shift * shift * count * n / total
        case .slope:
            a += pane[1] + n * start
            b += pane[2]
            c += pane[3] + 2 * start * pane[1] + n * start * start
            d += pane[4] + start * pane[2]
        case .delta, .rate, .increase:
            if count == 0 {
                (firstTime, firstValue) = (start + pane[1], pane[2])
            } else {
                a += pane[2] >= lastValue ? pane[2] - lastValue : pane[2]
            }
            if aggregate != .delta { a += pane[5] }
            (lastTime, lastValue) = (start + pane[3], pane[4])
        }
        count += n
    }

    /// NaN where the samples are too few for the function; an empty sum and count are 0.
    var value: Double {
        switch aggregate {
        case .count: count
        case .sum: a
        case .avg: count > 0 ? a / count : .nan
        case .min, .max: count > 0 ? a : .nan
        case .stddev: count > 0 ? (b / count).squareRoot() : .nan
        case .slope:
            count * c - a * a > 0 ? (count * d - a * b) / (count * c - a * a) : .nan
        case .delta: count > 1 ? lastValue - firstValue : .nan
        case .increase: count > 1 ? a : .nan
        case .rate: count > 1 && lastTime > firstTime ? a / (lastTime - firstTime) : .nan
        }
    }
}
