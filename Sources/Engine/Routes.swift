import Events

/// Which rules read a reading: indexed by metric, then by event type.
struct Routes: Sendable {
    struct Target: Sendable, BitwiseCopyable {
        /// Number of the event type in `types`.
        var type: Int32
        var rule: Int32
    }

    private(set) var metrics = StringTable()
    private(set) var types = StringTable()
    /// Targets of metric m: `targets[starts[m]..<starts[m + 1]]`, ascending by rule.
    private(set) var targets: [Target] = []
    private var starts: [Int] = [0]

    init(_ rules: [Rule] = []) {
        for rule in rules where rule.status != .disabled { _ = metrics.intern(rule.input.metric) }
        for metric in 0..<Int32(metrics.count) {
            let name = metrics.string(metric)
            for (index, rule) in rules.enumerated() where rule.status != .disabled && rule.input.metric == name {
                targets.append(Target(type: types.intern(rule.input.type), rule: Int32(index)))
            }
            starts.append(targets.count)
        }
    }

    func targets(of metric: Int32) -> Range<Int> { starts[Int(metric)]..<starts[Int(metric) + 1] }
}
