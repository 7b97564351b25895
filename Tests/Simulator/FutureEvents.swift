import Engine
import Events

/// Whether readings from clocks that run ahead change nothing: with and without them the same is decided.
///
/// The engine's own decisions say nothing about this, so two journals are compared.
struct FutureEvents {
    let records: [JournalRecord]

    func check() throws {
        let (all, honest) = (Self.decide(split { _, _ in true }), Self.decide(split { !Self.isAhead($0, $1) }))
        for index in 0..<max(all.count, honest.count) {
            let (one, other) = (
                index < all.count ? all[index] : "nothing", index < honest.count ? honest[index] : "nothing"
            )
            guard one == other else {
                throw Failure("readings from the future change what is decided: \(one), without them \(other)")
            }
        }
    }

    private static func isAhead(_ time: Timestamp, _ received: Timestamp) -> Bool {
        time > received + Timing(clock: .wall).maxFuture
    }

    /// Each event as a record of its own at its own position; those that are not wanted are only ticks of the clock. What is
    /// decided once no more events come depends on when a source was last heard, so the end is left out.
    private func split(_ isWanted: (Timestamp, Timestamp) -> Bool) -> [JournalRecord] {
        let end = records.lastIndex { if case .events = $0.entry { true } else { false } } ?? -1
        return records[...end].flatMap { record -> [JournalRecord] in
            guard case .events(let batch) = record.entry else { return [record] }
            return (0..<batch.count).map { event in
                let isWanted = isWanted(batch.times[event], record.received)
                return JournalRecord(
                    position: record.position + Int64(event), received: record.received,
                    department: record.department, entry: isWanted ? .events(batch.only(event)) : .tick)
            }
        }
    }

    private static func decide(_ records: [JournalRecord]) -> [String] {
        var engine = Engine()
        var all: [Decision] = []
        for record in records { engine.apply(record, into: &all) }
        return all.map {
            "\($0.rule) \($0.key) \($0.about.name) \($0.transition.name) \($0.level?.name ?? "-") \($0.value) "
                + "at \($0.at.formatted()) decided \($0.decidedAt.formatted())"
        }
    }
}

extension EventBatch {
    /// A batch of one event with its readings; other fields are left out, no rule of the simulator reads them.
    fileprivate func only(_ event: Int) -> EventBatch {
        var one = EventBatch()
        one.strings = strings
        ids.bytes[ids.range(event)].withUnsafeBytes { one.ids.append($0) }
        (one.times, one.periods) = ([times[event]], [periods[event]])
        (one.types, one.sources, one.subjects) = ([types[event]], [sources[event]], [subjects[event]])
        (one.areas, one.longitudes, one.latitudes) = ([areas[event]], [longitudes[event]], [latitudes[event]])
        one.flags = [flags[event]]
        let range = readings(event)
        (one.readingEnds, one.fieldEnds) = ([UInt32(range.count)], [0])
        (one.metrics, one.values) = (Array(metrics[range]), Array(values[range]))
        (one.units, one.qualities) = (Array(units[range]), Array(qualities[range]))
        return one
    }
}
