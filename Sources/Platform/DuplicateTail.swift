import Events
import Journal

/// The end of the journal that the door is shown at a start, so that it knows repeats again.
struct DuplicateTail {
    /// How many times the window's size in positions is searched for that many unsequenced events: ticks and sequenced streams take
    /// positions too, and a start must not read a journal of years.
    static let reach: Int64 = 4

    let journal: Journal
    /// Unsequenced events that the door can remember.
    let window: Int

    /// Shows batches in order. Where events stand before the first of them, `forgotten` hears its stamp: what came before has no later
    /// event time, but for clocks that were fast by more than the shown part is long.
    func show(note: (EventBatch, Timestamp) -> Void, forgotten: (Timestamp) -> Void) throws(JournalError) {
        var reader = try open(try start())
        var isFirst = true
        while let stored = try reader.next() {
            if isFirst, stored.record.position > 1 { forgotten(stored.record.received) }
            isFirst = false
            if case .events(let batch) = stored.record.entry { note(batch, stored.record.received) }
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
