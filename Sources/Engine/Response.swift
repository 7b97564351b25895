import Events

extension Rule {
    /// How soon people must answer an alarm that was sent, and whom to tell when they do not; on `received`.
    public struct Response: Equatable, Sendable {
        public static let maximumUnits = 32

        /// Of alarms that have been told at this level or above.
        public var level: Level
        public var acknowledgeWithin: TimeSpan?
        /// Until the alarm is over.
        public var handleWithin: TimeSpan?
        public var escalateTo: [String]

        public init(
            level: Level = .blue, acknowledgeWithin: TimeSpan? = nil, handleWithin: TimeSpan? = nil,
            escalateTo: [String] = []
        ) {
            self.level = level
            self.acknowledgeWithin = acknowledgeWithin
            self.handleWithin = handleWithin
            self.escalateTo = escalateTo
        }
    }
}

extension Rule.Response {
    func write(to out: inout ByteWriter) {
        out.put(level.rawValue)
        out.put(acknowledgeWithin) { $0.put($1) }
        out.put(handleWithin) { $0.put($1) }
        out.put(escalateTo) { $0.put($1) }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        level = try r.getCase(Level.self)
        acknowledgeWithin = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getSpan() }
        handleWithin = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getSpan() }
        escalateTo = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        let spans = [acknowledgeWithin, handleWithin].compactMap { $0 }
        guard spans.allSatisfy({ $0 > .zero && $0 <= .days(3660) }), escalateTo.count <= Self.maximumUnits else {
            throw .invalid(what: "response", at: r.offset)
        }
    }

    /// When something is due of an episode that was told so far; `distantFuture` for nothing.
    func due(_ told: Told) -> Timestamp {
        min(acknowledgeDue(told), handleDue(told))
    }

    func acknowledgeDue(_ told: Told) -> Timestamp {
        guard let acknowledgeWithin, told.isAnswerable, !told.isAcknowledged, !told.isUnacknowledged else {
            return .distantFuture
        }
        return told.answerableFrom + acknowledgeWithin
    }

    func handleDue(_ told: Told) -> Timestamp {
        guard let handleWithin, told.isAnswerable, !told.isUnhandled else { return .distantFuture }
        return told.answerableFrom + handleWithin
    }
}
