import Events

/// Whether an event enters the batch: by its source, its subject and what came before.
extension Intake {
    /// Takes the event at a tape index or, without one, in the draft, or says why not.
    mutating func takeEvent(at: Int?, index: Int, _ context: inout Context) -> Finding? {
        do {
            // Once: each access would count references.
            let view = view
            try decoder.decode(at: at, department: context.department, view: view, now: context.now)
            try admit(index, view, &context)
            return nil
        } catch {
            let detail = decoder.detail
            if let number = sources.known(decoder.draft.source, context.department) {
                sources.sources[number].rejected += 1
            }
            let id = decoder.draft.id.isAbsent ? at.flatMap { decoder.id(at: $0) } : decoder.draft.id.string
            return Finding(index: index, id: id, code: error, field: detail.field, got: detail.got, want: detail.want)
        }
    }

    private mutating func refuse(_ code: IngestCode, field: String, got: String? = nil, want: String? = nil)
        -> IngestCode
    {
        decoder.detail = .init(field: field, got: got, want: want)
        return code
    }

    /// Judges the decoded event against what is known of its source and appends it to the batch, or counts it as a duplicate.
    private mutating func admit(_ index: Int, _ view: IngestView, _ context: inout Context) throws(IngestCode) {
        let number = try source(context.department)
        let subject = decoder.draft.subject
        let hash = byteHash(subject.bytes)
        let registered = subject.isAbsent ? nil : view.subjects.find(subject.bytes, hash: hash)
        var fresh: UInt64?
        if !subject.isAbsent, registered == nil { fresh = try bound(hash, source: number) }
        if context.sequenced {
            decoder.draft.flags.insert(.sequenced)
        } else if try !isNew(number) {
            context.outcome.duplicates += 1
            sources.sources[number].duplicates += 1
            return
        }
        if let fresh, subjects.insert(fresh) { sources.sources[number].subjects += 1 }
        note(index, number, registered, view, &context)
        sources.sources[number].accept(isAhead ? nil : decoder.draft.time, at: context.now)
        context.outcome.accepted += 1
        context.outcome.lastIndex = batch.count + rows.count
        rows.append(decoder.draft, subjectHash: hash, to: &batch, &cache)
        decoder.followDraft()
    }

    /// Stored and not evaluated: its time tells nothing about its source.
    private var isAhead: Bool { decoder.draft.clockFastSeconds > 0 }

    private mutating func source(_ department: DepartmentTexts) throws(IngestCode) -> Int {
        do {
            return try sources.find(decoder.draft.source, department)
        } catch {
            throw refuse(
                error, field: "source", got: decoder.draft.source.string,
                want: error == .tooManySources ? "\(Limits.sources)" : department.record.sourcePrefixes.first)
        }
    }

    /// The hash of an unregistered subject that this source has not named before, where there is room for it.
    private mutating func bound(_ subject: UInt64, source: Int) throws(IngestCode) -> UInt64? {
        let seed = sources.sources[source].seeds.low
        lastSeed = seed
        let hash = subject ^ seed
        if subjects.contains(hash) { return nil }
        guard sources.sources[source].subjects < Limits.subjectsPerSource, subjects.count < Limits.subjects else {
            throw refuse(.tooManySubjects, field: "subject", want: "\(Limits.subjectsPerSource)")
        }
        return hash
    }

    private mutating func isNew(_ source: Int) throws(IngestCode) -> Bool {
        let identity = Identity(sources.sources[source].seeds, id: decoder.draft.id.bytes)
        let content = ContentHash(decoder.draft).value
        switch window.admit(
            identity, content: content, source: source, time: decoder.draft.time, isAhead: isAhead)
        {
        case .new:
            identities.append(identity)
            return true
        case .duplicate: return false
        case .reused: throw refuse(.idReused, field: "id")
        case .tooOld(let horizon): throw refuse(.tooOld, field: "time", want: horizon.formatted())
        }
    }

    // Notes.

    private mutating func note(
        _ index: Int, _ source: Int, _ registered: Int32?, _ view: IngestView, _ context: inout Context
    ) {
        let (type, subject, area) = (decoder.draft.type, decoder.draft.subject, decoder.draft.area)
        let kind = typeNumbers.number(type) { view.types.find($0) ?? -1 }
        for reading in decoder.draft.readings.indices {
            let metric = decoder.draft.readings[reading].metric
            if view.reads(type: kind, metric: decoder.draft.readings[reading].number) { continue }
            sources.sources[source].unread += 1
            let want = context.outcome.lists(.noRule) ? suggestion(metric) : nil
            let field = decoder.draft.isReport ? "category" : "metric"
            add(.noRule, field, metric.string, want, index, &context.outcome)
        }
        let fast = decoder.draft.clockFastSeconds
        if fast > 0 { add(.clockFast, "time", String(fast), nil, index, &context.outcome) }
        if let value = decoder.draft.implausibleValue {
            add(.implausible, "value", String(value), nil, index, &context.outcome)
        }
        let behind = sources.sources[source].newestEvent - decoder.draft.time
        if behind > context.department.record.lateAfter {
            add(.late, "time", String(behind.microseconds / 1_000_000), nil, index, &context.outcome)
        }
        if let registered {
            if !area.isAbsent, let known = view.areas[Int(registered)], let sent = AreaCode(bytes: area.bytes),
                sent != known, !known.contains(sent), !sent.contains(known)
            {
                add(.areaMismatch, "area", sent.text, known.text, index, &context.outcome)
            }
        } else if view.subjects.count > 0, !subject.isAbsent {
            let isClockless = context.department.record.maxStep != nil
            strangers.note(subject, source: source, at: isClockless ? decoder.draft.time : context.now)
            let missing = area.isAbsent ? "area" : nil
            add(.unknownSubject, "subject", subject.string, missing, index, &context.outcome)
        }
    }

    private mutating func add(
        _ code: IngestCode, _ field: String, _ got: @autoclosure () -> String, _ want: String?, _ index: Int,
        _ outcome: inout Outcome
    ) {
        count(code)
        if outcome.lists(code) {
            outcome.notes.append(
                Finding(
                    index: index, id: decoder.draft.id.string, code: code, field: field, got: got(), want: want))
        }
        outcome.count(code)
    }

    private mutating func suggestion(_ metric: Text) -> String? {
        let name = metric.string
        if let known = suggestions[name] { return known.isEmpty ? nil : known }
        // Beyond the bound there is no search either: it costs more than the event.
        guard suggestions.count < 256 else { return nil }
        let found = view.suggestion(for: name)
        suggestions[name] = found ?? ""
        return found
    }

    // The past.

    /// Learns a batch of the journal: identities, sources, marks; the bound of subjects begins anew. In journal order, before the first message.
    /// Of what is forgotten identities are not kept.
    mutating func note(
        _ batch: EventBatch, received: Timestamp, isForgotten: Bool = false, department: DepartmentTexts
    ) {
        let tolerance = department.record.maxFuture ?? department.record.maxStep
        for event in 0..<batch.count {
            let number = batch.strings.withBytes(batch.sources[event]) { bytes in
                try? sources.look(Text(start: bytes.baseAddress, count: bytes.count), department)
            }
            // A source that the department no longer owns, or one too many: its past is not needed.
            guard let number else { continue }
            let isAhead =
                batch.flags[event].contains(.ahead)
                || (tolerance.map { batch.times[event] > received + $0 } ?? false)
            if !isAhead {
                sources.sources[number].newestEvent = max(sources.sources[number].newestEvent, batch.times[event])
            }
            guard !batch.flags[event].contains(.sequenced) else { continue }
            if isForgotten {
                if !isAhead { window.assume(forgotten: batch.times[event], source: number) }
                continue
            }
            let identity = batch.ids.bytes.withUnsafeBytes {
                Identity(
                    sources.sources[number].seeds, id: UnsafeRawBufferPointer(rebasing: $0[batch.ids.range(event)]))
            }
            let content = ContentHash(batch, event: event).value
            window.note(
                identity, content: content, source: number, time: batch.times[event], isAhead: isAhead)
        }
        for mark in batch.marks {
            streams.makeDurable(
                .init(department: department.record.id, stream: mark.stream), epoch: mark.epoch, seq: mark.seq)
        }
    }
}
