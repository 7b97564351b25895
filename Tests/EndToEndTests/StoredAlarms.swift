import AlertStore
import Engine
import Events
import Journal

/// What a platform has decided, as its alert store holds it.
struct StoredAlarms {
    let reader: AlertReader

    init(data: String) throws { reader = try AlertReader(path: data + "/alerts.sqlite") }

    func episodes() throws -> [Episode] {
        var filter = EpisodeFilter()
        filter.includeSandbox = true
        var (episodes, before): ([Episode], DecisionID?) = ([], nil)
        repeat {
            let page = try reader.episodes(filter, before: before, limit: 1000)
            episodes += page.episodes
            before = page.next
        } while before != nil
        return episodes.sorted { $0.id < $1.id }
    }

    /// Every transition of every episode, in the order of decision.
    func transitions() throws -> [Decision] {
        try episodes().flatMap { try reader.episode($0.id)?.steps.map(\.decision) ?? [] }.sorted { $0.id < $1.id }
    }

    /// Sequence, sequence before it under the same topic, and topic of every notice, in order.
    func notices() throws -> [String] {
        var (lines, since, more): ([String], Int64, Bool) = ([], 0, true)
        while more {
            let page = try reader.notices(since: since)
            lines += page.notices.map { "\($0.seq) \($0.prev) \($0.leaf)" }
            (since, more) = (page.next, page.more)
        }
        return lines
    }
}

/// A starting platform takes a journal position to say so, and so does each event of another sender: positions without those
/// are those of a run that never stopped and was alone.
struct UndisturbedPositions {
    private(set) var starts = 0
    /// Ids of the events of the other sender.
    private(set) var others: [String] = []
    /// Ascending.
    private var taken: [Int64] = []

    init(data: String, beside source: String? = nil) throws {
        var reader = try Journal.read(data: data, from: nil)
        while let stored = try reader.next() {
            let position = stored.record.position
            switch stored.record.entry {
            case .started:
                starts += 1
                taken.append(position)
            case .events(let batch):
                for event in 0..<batch.count where batch.strings.string(batch.sources[event]) == source {
                    let id = batch.ids.bytes.withUnsafeBytes { Array($0[batch.ids.range(event)]) }
                    others.append(String(decoding: id, as: UTF8.self))
                    taken.append(position + Int64(event))
                }
            default: break
            }
        }
    }

    func map(_ position: Int64) -> Int64 {
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if taken[middle] < position { low = middle + 1 } else { high = middle }
        }
        return position - Int64(low)
    }

    func map(_ decision: Decision) -> Decision {
        var mapped = decision
        mapped.id.position = map(decision.id.position)
        mapped.episode.position = map(decision.episode.position)
        mapped.eventPosition = map(decision.eventPosition)
        return mapped
    }
}

/// Where two runs part, in words; nil where they are equal. Whole runs are too long to read.
func firstDifference<Element: Equatable>(_ found: [Element], _ expected: [Element]) -> String? {
    for (index, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
        return "at \(index): found \(pair.0), expected \(pair.1)"
    }
    return found.count == expected.count ? nil : "\(found.count) found, \(expected.count) expected"
}
