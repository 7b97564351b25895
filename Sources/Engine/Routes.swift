import Events

/// Which rules read a reading: indexed by metric, then by event type.
struct Routes: Sendable {
    struct Target: Sendable, BitwiseCopyable {
        /// Number of the event type in `types`.
        var type: Int32
        var rule: Int32
        /// Which of the rule's inputs.
        var input: Int32
    }

    private(set) var metrics = StringTable()
    private(set) var types = StringTable()
    /// Targets of metric m: `targets[starts[m]..<starts[m + 1]]`, ascending by rule.
    private(set) var targets: [Target] = []
    private var starts: [Int] = [0]

    init(_ rules: [Rule] = []) {
        let inputs = rules.map { $0.status == .disabled ? [] : $0.inputs }
        for input in inputs.joined() { _ = metrics.intern(input.metric) }
        var ofMetric = [[Target]](repeating: [], count: metrics.count)
        for (rule, list) in inputs.enumerated() {
            for (number, input) in list.enumerated() {
                let target = Target(type: types.intern(input.type), rule: Int32(rule), input: Int32(number))
                ofMetric[Int(metrics.intern(input.metric))].append(target)
            }
        }
        for list in ofMetric {
            targets += list
            starts.append(targets.count)
        }
    }

    func targets(of metric: Int32) -> Range<Int> { starts[Int(metric)]..<starts[Int(metric) + 1] }
}
