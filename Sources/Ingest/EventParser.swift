import Events

/// The decoder without sockets: what the ingest thread would make of a body, for replays and tools.
public struct EventParser: ~Copyable {
    private var intake: Intake
    private let department: DepartmentTexts

    public init(department: Department, view: IngestView) {
        intake = Intake(view: view)
        self.department = DepartmentTexts(department)
    }

    /// The accepted events of one body and why each other was refused. As of a sequenced stream, which `fenghuo send` makes of a
    /// file, each counts, whatever its identity. `lines` says whether the body is NDJSON; nil: as its bytes tell.
    public mutating func parse(
        _ body: [UInt8], lines: Bool? = nil, now: Timestamp
    ) -> (batch: EventBatch, errors: [Finding]) {
        var context = Intake.Context(department: department, now: now, sequenced: true)
        context.outcome.errorLimit = .max
        body.withUnsafeBytes { intake.take($0, kind: lines.map { $0 ? .lines : .document }, &context) }
        return (intake.close().0, context.outcome.errors)
    }
}
