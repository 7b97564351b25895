import Events

/// The decoder without sockets: what the ingest thread would make of a body, for replays and tools.
public struct EventParser: ~Copyable {
    private var intake: Intake
    private let department: DepartmentTexts

    public init(department: Department, view: IngestView) {
        intake = Intake(view: view)
        self.department = DepartmentTexts(department)
    }

    /// The accepted events of one body and why others were refused; repeats of earlier bodies are left out.
    public mutating func parse(_ body: [UInt8], now: Timestamp) -> (batch: EventBatch, errors: [Finding]) {
        var context = Intake.Context(department: department, now: now)
        body.withUnsafeBytes { intake.take($0, &context) }
        return (intake.close(spare: EventBatch()).0, context.outcome.errors)
    }
}
