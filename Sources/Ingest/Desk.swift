import Events

/// The ingest thread's work without its sockets: messages in, batches to the queue, replies out once they are durable.
final class Desk {
    /// A message whose answer waits for a commit.
    private struct Waiting {
        var envelope: [[UInt8]]
        var outcome: Outcome
        var ack: Answer.Ack?
        var ref: Int64?
    }

    /// The messages that wait for one commit.
    private struct Held {
        var waiting: [Waiting] = []
        /// Errors and notes of their answers.
        var findings = 0
        /// Messages of senders that get no answer.
        var silent: UInt64 = 0
        /// Where the batch has the mark of a stream.
        var marks: [StreamTable.Key: Int] = [:]

        var hasRoom: Bool { waiting.count < Limits.rowMessages && findings <= Limits.rowFindings }

        mutating func append(_ message: Waiting) {
            waiting.append(message)
            findings += message.outcome.findings
        }
    }

    /// A batch at the writer.
    private struct Flight {
        var ticket: CommitQueue.Ticket
        var held: Held
        var identities: [Identity]
        var marks: [StreamMark]
    }

    var intake: Intake
    let queue: CommitQueue
    private let department: DepartmentTexts
    private var open = Held()
    private var openBytes = 0
    private var flights: [Flight] = []
    private(set) var replies: [Reply] = []
    private(set) var messages: UInt64 = 0
    private(set) var refusedMessages: UInt64 = 0
    /// Messages of senders that get no answer, and those of them that were lost whole.
    private(set) var silentMessages: UInt64 = 0
    private(set) var silentLost: UInt64 = 0
    /// Answers whose sender could not be reached.
    var unreachable: UInt64 = 0

    init(intake: consuming Intake, queue: CommitQueue, department: Department) {
        self.intake = intake
        self.queue = queue
        self.department = DepartmentTexts(department)
    }

    func takeReplies() -> [Reply] {
        let taken = replies
        replies.removeAll(keepingCapacity: true)
        return taken
    }

    var waitingCount: Int { flights.reduce(open.waiting.count) { $0 + $1.held.waiting.count } }

    // Messages.

    /// Takes one message; its frames are valid for this call. The routing id is the first. `isOverloaded`: more of the sender waits than
    /// it may have waiting, so events are answered `busy`.
    func receive(_ frames: [UnsafeRawBufferPointer], now: Timestamp, isOverloaded: Bool = false) {
        messages += 1
        let sizes = frames.map(\.count)
        guard frames.count <= Limits.frames + 1, let shape = Envelope(sizes: sizes) else {
            let envelope = frames[..<Envelope.echoed(sizes: sizes)].map { Array($0) }
            return refuse(envelope, Finding(index: 0, code: .badFrames))
        }
        let envelope = frames[0..<shape.echoed].map { Array($0) }
        var header = MessageHeader()
        var body = frames[shape.body]
        do throws(MessageHeader.Flaw) {
            if let at = shape.header {
                header = try intake.parseHeader(frames[at])
            } else if Self.isRequest(body) {
                header = try intake.parseHeader(body)
                body = UnsafeRawBufferPointer(start: nil, count: 0)
            }
        } catch {
            return refuse(envelope, Finding(index: 0, code: .badHeader, got: error.reason))
        }
        switch header.kind {
        case .resume(let stream):
            guard body.isEmpty else {
                return refuse(envelope, Finding(index: 0, code: .badHeader, got: "events beside a resume"))
            }
            answerMark(stream, envelope, header.ref)
        case .events: takeEvents(body, header, envelope, now, isOverloaded)
        }
    }

    /// Learns a batch of the journal, in order, before the first message.
    func note(_ batch: EventBatch, received: Timestamp, isForgotten: Bool = false) {
        intake.note(batch, received: received, isForgotten: isForgotten, department: department)
    }

    func assume(forgotten newest: Timestamp) { intake.assume(forgotten: newest) }

    /// A message of too many frames or bytes, thrown away but for its first frames: the routing id and, of a REQ socket,
    /// what its answer begins with, up to an empty frame. Without them only a count remains.
    func refuseUnread(_ code: IngestCode, _ first: [[UInt8]]) {
        messages += 1
        guard let routing = first.first, !routing.isEmpty else {
            silentMessages += 1
            silentLost += 1
            return count(code)
        }
        let empty = first.dropFirst().firstIndex(where: \.isEmpty) ?? 0
        refuse(Array(first.prefix(empty + 1)), Finding(index: 0, code: code, want: "\(Limits.messageBytes)"))
    }

    /// Events of a sender that gets no answer: a body frame alone. What is refused whole is a dead letter, too.
    func receiveSilently(_ frames: [UnsafeRawBufferPointer], now: Timestamp, isOverloaded: Bool = false) {
        messages += 1
        silentMessages += 1
        func lose(_ code: IngestCode) {
            count(code)
            silentLost += 1
            guard let first = frames.first else { return }
            let finding = Finding(index: 0, code: code, want: "\(Limits.messageBytes)")
            intake.keep(finding, first, Intake.Context(department: department, now: now))
        }
        guard frames.count == 1, let body = frames.first else { return lose(.badFrames) }
        guard body.count <= Limits.messageBytes else { return lose(.messageTooLarge) }
        guard !isOverloaded, hasRoom(body.count) else { return lose(.busy) }
        guard !queue.refusesRestricted || !EventKey.mayBeRestricted(body) else { return lose(.commitFailed) }
        var context = Intake.Context(department: department, now: now)
        intake.take(body, &context)
        if context.outcome.accepted > 0 {
            openBytes += body.count
            open.silent += 1
        }
    }

    /// A small frame that begins with the key `op` is a request that came without a body, unless it is an event: that has an `id`.
    private static func isRequest(_ body: UnsafeRawBufferPointer) -> Bool {
        guard body.count <= Limits.headerBytes else { return false }
        let text = body.filter { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        return text.starts(with: Array("{\"op\":".utf8)) && text.firstRange(of: Array("\"id\":".utf8)) == nil
    }

    private func count(_ code: IngestCode) {
        intake.count(code)
        refusedMessages += 1
    }

    private func refuse(_ envelope: [[UInt8]], _ finding: Finding, ack: Answer.Ack? = nil, ref: Int64? = nil) {
        count(finding.code)
        replies.append(Reply(envelope: envelope, bytes: Answer.refused(finding, ack: ack, ref: ref)))
    }

    private func key(_ stream: String) -> StreamTable.Key { .init(department: department.record.id, stream: stream) }

    private func answerMark(_ stream: String, _ envelope: [[UInt8]], _ ref: Int64?) {
        let mark = intake.streams.streams[key(stream)]?.durable ?? .init()
        let bytes = Answer.mark(stream, epoch: mark.epoch, seq: mark.seq, ref: ref)
        replies.append(Reply(envelope: envelope, bytes: bytes))
    }

    private func hasRoom(_ bytes: Int) -> Bool {
        intake.batch.count <= Limits.rowEvents - Limits.batchEvents && openBytes + bytes <= Limits.rowBytes
            && open.hasRoom && (flights.last?.held.hasRoom ?? true)
    }

    private func takeEvents(
        _ body: UnsafeRawBufferPointer, _ header: MessageHeader, _ envelope: [[UInt8]], _ now: Timestamp,
        _ isOverloaded: Bool
    ) {
        guard body.count <= Limits.messageBytes else {
            let finding = Finding(index: 0, code: .messageTooLarge, want: "\(Limits.messageBytes)")
            return refuse(envelope, finding, ack: header.place.map { durableMark($0.stream) }, ref: header.ref)
        }
        let kind: BodyKind?
        do throws(IngestCode) {
            kind = try header.contentType.map { (type) throws(IngestCode) in try BodyKind(contentType: type) }
        } catch {
            return refuse(
                envelope, Finding(index: 0, code: error, got: header.contentType),
                ack: header.place.map { durableMark($0.stream) }, ref: header.ref)
        }
        guard !isOverloaded, hasRoom(body.count) else {
            return refuse(
                envelope, Finding(index: 0, code: .busy), ack: header.place.map { durableMark($0.stream) },
                ref: header.ref)
        }
        guard !queue.refusesRestricted || !EventKey.mayBeRestricted(body) else {
            return refuse(
                envelope,
                Finding(index: 0, code: .commitFailed, got: "restricted fields cannot be encrypted there now"),
                ack: header.place.map { durableMark($0.stream) }, ref: header.ref)
        }
        let hash = header.place == nil ? 0 : StreamTable.hash(body)
        if let place = header.place, !isNext(place, hash, envelope, header.ref) { return }
        var context = Intake.Context(department: department, now: now, sequenced: header.place != nil)
        intake.take(body, kind: kind, &context)
        if let place = header.place { advance(place, hash) }
        let waiting = Waiting(
            envelope: envelope, outcome: context.outcome,
            ack: header.place.map { Answer.Ack(stream: $0.stream, epoch: $0.epoch, ack: $0.seq) }, ref: header.ref)
        let needsCommit = context.outcome.accepted > 0 || header.place != nil
        // Only what a commit will hold takes room until then: nothing would ever give back the room of refused or repeated events.
        if needsCommit { openBytes += body.count }
        if needsCommit { open.append(waiting) } else { wait(waiting, forRepeats: context.outcome.duplicates > 0) }
    }

    /// The durable mark of a message's stream, to go with a refusal.
    private func durableMark(_ stream: String) -> Answer.Ack {
        let mark = intake.streams.streams[key(stream)]?.durable ?? .init()
        return Answer.Ack(stream: stream, epoch: mark.epoch, ack: mark.seq)
    }

    /// Whether a sequenced message is the next of its stream; else it is answered here, or when what it repeats is durable.
    private func isNext(
        _ place: MessageHeader.Place, _ hash: UInt64, _ envelope: [[UInt8]], _ ref: Int64?
    ) -> Bool {
        func refused(_ code: IngestCode, got: UInt64, want: String) -> Bool {
            refuse(
                envelope, Finding(index: 0, code: code, got: String(got), want: want),
                ack: durableMark(place.stream), ref: ref)
            return false
        }
        switch intake.streams.judge(key(place.stream), epoch: place.epoch, seq: place.seq, hash: hash) {
        case .next: return true
        case .duplicate(let durable, let compared):
            let ack = Answer.Ack(stream: place.stream, epoch: place.epoch, ack: place.seq)
            var outcome = Outcome()
            if !compared {
                outcome.notes.append(Finding(index: 0, code: .repeatNotCompared, got: String(place.seq)))
                outcome.count(.repeatNotCompared)
                intake.count(.repeatNotCompared)
            }
            let waiting = Waiting(envelope: envelope, outcome: outcome, ack: ack, ref: ref)
            wait(waiting, forRepeats: !durable)
            return false
        case .conflict: return refused(.streamConflict, got: place.seq, want: place.stream)
        case .gap(let expected): return refused(.seqGap, got: place.seq, want: String(expected))
        case .oldEpoch(let current): return refused(.oldEpoch, got: place.epoch, want: String(current))
        case .busy: return refused(.busy, got: place.seq, want: "")
        case .tooManyStreams: return refused(.tooManyStreams, got: 0, want: String(Limits.streams))
        }
    }

    private func advance(_ place: MessageHeader.Place, _ hash: UInt64) {
        let key = key(place.stream)
        intake.streams.advance(key, epoch: place.epoch, seq: place.seq, hash: hash)
        let mark = StreamMark(stream: place.stream, epoch: place.epoch, seq: place.seq)
        if let at = open.marks[key] {
            intake.batch.marks[at] = mark
        } else {
            open.marks[key] = intake.batch.marks.count
            intake.batch.marks.append(mark)
        }
    }

    /// Answers a message that adds nothing: at once, or, where it repeats events that may not be durable, with the newest commit.
    /// The open batch may hold them without a message that waits for it: PULL senders get no answer.
    private func wait(_ waiting: Waiting, forRepeats: Bool) {
        if forRepeats, hasOpenBatch {
            open.append(waiting)
        } else if forRepeats, !flights.isEmpty {
            flights[flights.count - 1].held.append(waiting)
        } else {
            replies.append(reply(waiting, first: nil, received: nil))
        }
    }

    private func reply(_ waiting: Waiting, first: Int64?, received: Timestamp?) -> Reply {
        let position = waiting.outcome.lastIndex < 0 ? nil : first.map { $0 + Int64(waiting.outcome.lastIndex) }
        return Reply(
            envelope: waiting.envelope,
            bytes: Answer.taken(
                waiting.outcome, position: position, received: received, ack: waiting.ack, ref: waiting.ref))
    }

    // Commits.

    private var hasOpenBatch: Bool { !intake.batch.isEmpty || !intake.batch.marks.isEmpty }

    /// Whether what was taken is not durable yet, but will be.
    var isCommitting: Bool { !flights.isEmpty || (hasOpenBatch && !queue.isClosed) }

    /// Hands the open batch to the writer where it is wanted.
    func pump() {
        guard hasOpenBatch, queue.wantsBatch(of: intake.batch.count) else { return }
        let (batch, identities) = intake.close()
        let marks = batch.marks
        let ticket = queue.submit(batch, department: department.record.id)
        flights.append(Flight(ticket: ticket, held: open, identities: identities, marks: marks))
        (open, openBytes) = (Held(), 0)
    }

    /// Turns the writer's results into replies.
    func settle() {
        for (ticket, result) in queue.takeFinished() {
            guard let at = flights.firstIndex(where: { $0.ticket == ticket }) else { continue }
            switch result {
            case .durable(let position, let received):
                precondition(at == 0, "batches become durable in order")
                land(flights.removeFirst(), position, received)
            case .failed(let reason): failAll(from: at, reason)
            }
        }
    }

    private func land(_ flight: Flight, _ position: Int64, _ received: Timestamp) {
        for mark in flight.marks { intake.streams.makeDurable(key(mark.stream), epoch: mark.epoch, seq: mark.seq) }
        for waiting in flight.held.waiting { replies.append(reply(waiting, first: position, received: received)) }
    }

    /// A failed batch takes with it all that came after, which may repeat or follow what is lost.
    private func failAll(from first: Int, _ reason: String) {
        let (rest, identities) = intake.close()
        _ = consume rest
        intake.forget(identities)
        for flight in flights[first...] { intake.forget(flight.identities) }
        intake.streams.revert()
        for waiting in flights[first...].flatMap(\.held.waiting) + open.waiting {
            let mark = waiting.ack.map { durableMark($0.stream) }
            refuse(waiting.envelope, Finding(index: 0, code: .commitFailed, got: reason), ack: mark, ref: waiting.ref)
        }
        silentLost += flights[first...].reduce(open.silent) { $0 + $1.held.silent }
        flights.removeSubrange(first...)
        (open, openBytes) = (Held(), 0)
    }
}
