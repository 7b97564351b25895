import Events
import GRDB

/// What pruning removed, and why it kept the rest.
public struct PruneReport: Equatable, Sendable {
    /// Why a segment stays.
    public enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// Entries are appended to it.
        case newest
        /// Its last entry is not old enough.
        case young(last: Timestamp)
        /// Its stamps say nothing of its age, and nobody has under a clock that is right.
        case undated
        /// It holds positions from `keepFrom` on: a snapshot or the alert store still needs them.
        case needed(end: Int64)
        /// An older segment stays, and the journal has no holes.
        case behindKept

        public var description: String {
            switch self {
            case .newest: "the newest, entries are appended to it"
            case .young(let last): "its last entry is of \(last.formatted())"
            case .undated: "its stamps are of no clock that was right, and none has dated them yet"
            case .needed(let end):
                "a snapshot or the alert store still needs what comes before position \(end), which is the next segment's"
            case .behindKept: "an older one stays"
            }
        }
    }

    public struct Removed: Equatable, Sendable {
        public var name: String
        /// Positions, the end not included.
        public var positions: Range<Int64>
        public var bytes: Int64
    }

    public struct Kept: Equatable, Sendable {
        public var name: String
        public var bytes: Int64
        public var reason: Reason
    }

    public var removed: [Removed] = []
    public var kept: [Kept] = []
}

extension Journal {
    /// 200 days: what the audit trail is kept for at least.
    public static let retention = TimeSpan.days(200)

    /// What no clock that was set has shown since there is this platform. Earlier stamps say nothing of an entry's age.
    public static let earliestStamp = Timestamp(seconds: 1_767_225_600)

    /// Removes the oldest segments as long as every entry in them is older than `age` at `now` and below `keepFrom`.
    ///
    /// `keepFrom` is the lowest position that anybody will read again (oldest kept snapshot, applied position). Marks
    /// survive, they are carried from segment to segment; the chain is verified from the first kept row on.
    /// What was stamped otherwise than by the wall clock (`keepStampedSince`) is as young as the change to it, what was stamped by one that
    /// was never set as the first segment of one that was. `beforeRemoval` is called once, before the first segment
    /// goes, with the position that the rest begins at; where it throws, all stay.
    public func prune(
        olderThan age: TimeSpan = Journal.retention, now: Timestamp, keepFrom: Int64,
        beforeRemoval: (Int64) throws(JournalError) -> Void = { _ in }
    ) throws(JournalError) -> PruneReport {
        var report = PruneReport()
        let change = try Self.stampedSince(data: data)
        var pending = try SegmentFile.all(in: directory)[...]
        var firstSet: Timestamp?
        var old: [(file: SegmentFile, end: Int64)] = []
        while pending.count > 1, let file = pending.first {
            let end = try Tail(reading: file)
            let stamp = Timestamp(microseconds: end.lastReceived)
            var last: Timestamp? = stamp
            if stamp < Self.earliestStamp {
                if firstSet == nil { firstSet = try Self.firstSet(in: pending) }
                last = firstSet
            }
            if let change, end.next <= change.position {
                last = last.flatMap { last in change.received.map { max(last, $0) } }
            }
            if let reason = Self.reason(toKeep: end, last: last, from: keepFrom, notAfter: now - age) {
                report.kept.append(PruneReport.Kept(name: file.name, bytes: file.bytes, reason: reason))
                pending.removeFirst()
                break
            }
            old.append((file, end.next))
            pending.removeFirst()
        }
        if let last = old.last { try beforeRemoval(last.end) }
        for (file, end) in old {
            // Before it goes: after a crash the journal may begin earlier than this says, and never later.
            try Files.replace(Self.prunedTo(directory), with: [Array("\(end)\n".utf8)], mode: 0o644)
            try file.remove(from: OpenFolder(directory))
            report.removed.append(.init(name: file.name, positions: file.first..<end, bytes: file.bytes))
        }
        for (index, file) in pending.enumerated() {
            let reason: PruneReport.Reason = index == pending.count - 1 ? .newest : .behindKept
            report.kept.append(PruneReport.Kept(name: file.name, bytes: file.bytes, reason: reason))
        }
        return report
    }

    /// Keeps from which position on the stamps are the wall clock's: those before were the events' own. They stay until `dateStampedSince`.
    public static func keepStampedSince(_ position: Int64, data: String) throws(JournalError) {
        try writeStampedSince("\(position)", data)
    }

    /// Keeps when that was, of the first wall that is known to be right.
    public func dateStampedSince(_ wall: Timestamp) throws(JournalError) {
        guard let kept = try Self.stampedSince(data: data), kept.received == nil else { return }
        try Self.writeStampedSince("\(kept.position) \(wall.microseconds)", data)
    }

    private static func writeStampedSince(_ line: String, _ data: String) throws(JournalError) {
        try Files.replace(stampedSincePath(data), with: [Array("\(line)\n".utf8)], mode: 0o644)
    }

    private static func stampedSincePath(_ data: String) -> String { directory(data) + "/stamped-since" }

    private static func stampedSince(data: String) throws(JournalError) -> (position: Int64, received: Timestamp?)? {
        let path = stampedSincePath(data)
        guard let bytes = try Files.read(path, upTo: 64) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Int64($0) }
        guard bytes.last == UInt8(ascii: "\n"), numbers.count == words.count, 1...2 ~= numbers.count else {
            throw .failed(path: path, attempted: "reading", reason: "it does not say a position and a time")
        }
        return (numbers[0], numbers.dropFirst().first.map { Timestamp(microseconds: $0) })
    }

    /// The newest stamp of the first segment that has one of a clock that was set.
    private static func firstSet(in segments: ArraySlice<SegmentFile>) throws(JournalError) -> Timestamp? {
        for file in segments {
            let last = Timestamp(microseconds: try Tail(reading: file).lastReceived)
            if last >= earliestStamp { return last }
        }
        return nil
    }

    /// The file that says from which position on the journal is kept.
    private static func prunedTo(_ directory: String) -> String { directory + "/pruned-to" }

    /// The position that the last pruning kept the journal from; nil of one that was never pruned, or by a version that did not keep it.
    public static func prunedTo(data: String) throws(JournalError) -> Int64? {
        guard let bytes = try Files.read(prunedTo(directory(data)), upTo: 32), bytes.last == UInt8(ascii: "\n") else {
            return nil
        }
        return Int64(String(decoding: bytes.dropLast(), as: UTF8.self))
    }

    private static func reason(
        toKeep end: Tail, last: Timestamp?, from: Int64, notAfter oldest: Timestamp
    ) -> PruneReport.Reason? {
        if end.next > from { return .needed(end: end.next) }
        guard let last else { return .undated }
        return last < oldest ? nil : .young(last: last)
    }
}
