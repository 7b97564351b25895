/// The functions a window can compute.
public enum Aggregate: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case avg = 0
    case min = 1
    case max = 2
    case sum = 3
    case count = 4
    /// Increase per second of a counter, resets repaired, between the first and the last sample in the window.
    case rate = 5
    /// Growth of a counter, resets repaired.
    case increase = 6
    /// Last minus first.
    case delta = 7
    /// Least-squares slope per second.
    case slope = 8
    /// Population standard deviation.
    case stddev = 9
    /// Oldest sample in the window.
    case first = 10
    /// Newest sample in the window.
    case last = 11
    /// Number of different samples, at most `Rule.Window.maximumSamples`.
    case distinct = 12
    /// Linear between the two nearest ranks, as R's type 7 and Prometheus have it.
    case quantile = 13
    /// Exponentially weighted moving average.
    case ewma = 14

    public var name: String {
        switch self {
        case .avg: "avg"
        case .min: "min"
        case .max: "max"
        case .sum: "sum"
        case .count: "count"
        case .rate: "rate"
        case .increase: "increase"
        case .delta: "delta"
        case .slope: "slope"
        case .stddev: "stddev"
        case .first: "first"
        case .last: "last"
        case .distinct: "distinct"
        case .quantile: "quantile"
        case .ewma: "ewma"
        }
    }

    public init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}
