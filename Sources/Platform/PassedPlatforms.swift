import Events
import Journal
import Synchronization

/// Which platforms the event at a journal position has passed: its `via`.
final class PassedPlatforms: Sendable {
    private let data: String
    /// Alarms often come from one batch; decoding it once is enough.
    private let newest = Mutex<(first: Int64, batch: EventBatch)?>(nil)

    init(data: String) { self.data = data }

    /// nil where it passed none, or the journal no longer holds it. Throws where the journal cannot be read: an alarm that goes
    /// up without the platforms that it has passed may go in a circle.
    func via(of position: Int64) throws(JournalError) -> String? {
        guard position >= 1 else { return nil }
        return try newest.withLock { (newest) throws(JournalError) -> String? in
            let isKnown = newest.map { ($0.first..<$0.first + Int64($0.batch.count)).contains(position) } ?? false
            if !isKnown { newest = try read(position) }
            return newest.flatMap { Self.via($0.batch, event: Int(position - $0.first)) }
        }
    }

    private func read(_ position: Int64) throws(JournalError) -> (first: Int64, batch: EventBatch)? {
        do throws(JournalError) {
            var reader = try Journal.read(data: data, from: position)
            guard let stored = try reader.next(), case .events(let batch) = stored.record.entry else { return nil }
            return (stored.record.position, batch)
        } catch .pruned {
            return nil
        }
    }

    private static func via(_ batch: EventBatch, event: Int) -> String? {
        guard batch.times.indices.contains(event), let name = batch.strings.find("via"),
            let field = batch.fields(event).first(where: { batch.fieldNames[$0] == name }),
            batch.fieldValues[field].kind == .string
        else { return nil }
        return batch.strings.string(batch.fieldValues[field].string)
    }
}
