/// How much each measure does: together about two minutes on two idle cores.
enum Bounds {
    /// Runs of which the median counts.
    static let runs = 5
    static let messageEvents = 100
    /// As many as the door gives credit for.
    static let inFlight = 128
    static let subjects = 4096
    static let fewSubjects = 1024
    /// Events of one durable run, about 180 MB.
    static let durableMessages = 6000
    /// Times that the bare loop moves the same messages, so that it is busy for long enough to time.
    static let bareRounds = 3
    static let engineEvents = 1_000_000
    /// Readings of one turn of the engine alone: a journal row of a busy platform.
    static let rowEvents = 4000
    static let manyRules = 100
    static let manyRulesMatching = 5
    static let latencyEvents = 2000
    static let latencySeconds = 20.0
    static let memorySubjects = 100_000
    static let memorySweeps = 10
    static let overloadSeconds = 8.0
    /// A second, of `messageEvents` each.
    static let soakMessages = 300
    /// From one line to the next.
    static let soakMinutes = 5
    /// One and a half keys each: a million.
    static let snapshotSubjects = 672_000
    static let conditionRows = 1024
    static let conditionRounds = 5000
    /// Seconds that any wait may take before the benchmark gives up on it.
    static let patience = 60.0
}
