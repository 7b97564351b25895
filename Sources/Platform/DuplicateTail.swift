import Events
import Journal

/// The end of the journal that the door is shown at a start, so that it knows repeats again.
struct DuplicateTail {
    /// How many times the window's size in positions is searched for that many unsequenced events: ticks and sequenced streams take
    /// positions too, and a start must not read a journal of years.
    static let reach: Int64 = 4

    /// Records first looked at for what was ahead; twice as many each time.
    static let firstStep: Int64 = 1024

    let journal: Journal
    /// Unsequenced events that the door can remember.
    let window: Int
    /// How far ahead of its stamp an event's time may lie and still be evaluated.
    let maxFuture: TimeSpan

    /// Shows batches in order. Where events stand before the first of those that the window holds, `forgotten` hears its stamp: what
    /// came before has no later event time, but for what was ahead by up to `maxFuture`, which is shown first, as forgotten.
    func show(
        note: (_ batch: EventBatch, _ received: Timestamp, _ isForgotten: Bool) -> Void, forgotten: (Timestamp) -> Void
    ) throws(JournalError) {
        var reader = try open(try start())
        guard var stored = try reader.next() else { return }
        if stored.record.position > 1 {
            forgotten(stored.record.received)
            try showAhead(of: stored.record, note, forgotten)
        }
        repeat {
            if case .events(let batch) = stored.record.entry { note(batch, stored.record.received, false) }
            guard let next = try reader.next() else { return }
            stored = next
        } while true
    }

    /// What came within `maxFuture` before the first record that the window holds, but no more positions than the window has events.
    /// What is not looked at, or is pruned, may be as far ahead.
    private func showAhead(
        of first: JournalRecord, _ note: (EventBatch, Timestamp, Bool) -> Void, _ forgotten: (Timestamp) -> Void
    ) throws(JournalError) {
        let since = first.received - maxFuture
        var oldest = first
        var back = min(Self.firstStep, Int64(window))
        while oldest.received >= since, oldest.position > 1 {
            let asked = max(1, first.position - back)
            var reader = try open(asked)
            guard let record = try reader.next()?.record else { break }
            oldest = record
            // Pruned, or as far as this goes.
            guard record.position <= asked, back < Int64(window) else { break }
            back = min(2 * back, Int64(window))
        }
        if oldest.received >= since, oldest.position > 1 {
            forgotten(min(oldest.received + maxFuture, journal.lastReceived ?? oldest.received))
        }
        var reader = try open(oldest.position)
        while let record = try reader.next()?.record, record.position < first.position {
            if case .events(let batch) = record.entry { note(batch, record.received, true) }
        }
    }

    /// The position from which on there are as many unsequenced events as the window holds, or where the search ends.
    private func start() throws(JournalError) -> Int64 {
        let end = journal.nextPosition
        var from = end
        var found = 0
        var back = Int64(window)
        while found < window, from > 1, back <= Self.reach * Int64(window) {
            let asked = max(1, end - back)
            // Nothing is before: however many there are, all are shown.
            guard asked > 1 else { return asked }
            let (first, count) = try unsequenced(asked..<from)
            found += count
            from = asked
            // Pruned: there is nothing before.
            if first > asked { break }
            back *= 2
        }
        return from
    }

    /// Position of the first record that holds or follows the range's start, and how many unsequenced events begin there or later, but
    /// before the range's end.
    private func unsequenced(_ positions: Range<Int64>) throws(JournalError) -> (first: Int64, count: Int) {
        var reader = try open(positions.lowerBound)
        var first: Int64?
        var count = 0
        while let stored = try reader.next(), stored.record.position < positions.upperBound {
            if first == nil { first = stored.record.position }
            guard case .events(let batch) = stored.record.entry else { continue }
            for flags in batch.flags where !flags.contains(.sequenced) { count += 1 }
        }
        return (first ?? positions.lowerBound, count)
    }

    private func open(_ from: Int64) throws(JournalError) -> JournalReader {
        do {
            return try Journal.read(data: journal.data, from: from)
        } catch .pruned(_, let first) {
            return try Journal.read(data: journal.data, from: first)
        }
    }
}
