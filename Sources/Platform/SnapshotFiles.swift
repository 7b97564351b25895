import Engine
import Events
import Foundation
import Journal

/// The engine's snapshots on disk, `<data>/snapshots/<next position>-<hash>.snapshot`; the two newest are kept.
///
/// The hash is that of the journal's row before the position: a snapshot that was put beside another journal is not gone on from. Those
/// of before 2026-11-29 have none, like one whose row cannot be read when it is written.
///
/// A copy of one, the *base*, lies beside the segments of a journal that was pruned: what is left of the journal is
/// worth nothing without a state to begin with, so the two are not lost apart.
struct SnapshotFiles: Sendable {
    let directory: String
    let base: String
    private let data: String

    init(data: String) {
        self.data = data
        directory = data + "/snapshots"
        base = Journal.directory(data) + "/base.snapshot"
    }

    /// A snapshot to go on from.
    struct Found {
        var engine: Engine
        var nextPosition: Int64
    }

    /// What lies there: the newest usable snapshot, why others were passed over, and how far the newest of all reached.
    struct Search {
        var found: Found?
        var passedOver: [String] = []
        /// Next position of the newest intact snapshot, usable or not.
        var newest: Int64?
    }

    /// The newest intact snapshot whose next position is at most `limit`, and that a journal kept from `first` on goes on from.
    /// Throws where the directory cannot be listed.
    func newest(upTo limit: Int64, from first: Int64 = 1) throws -> Search {
        var search = Search()
        for path in try paths().reversed() where search.found == nil {
            guard !isForeign(path) else {
                search.passedOver.append("\(path): it is of another journal; move it away")
                continue
            }
            guard let bytes = Self.bytes(path) else {
                search.passedOver.append("\(path): cannot be read")
                continue
            }
            guard Self.isWhole(bytes) else {
                search.passedOver.append("\(path): its checksum does not match")
                continue
            }
            do {
                let engine = try Engine(snapshot: bytes, skipping: Digest.size)
                search.newest = max(search.newest ?? 0, engine.nextPosition)
                if engine.nextPosition < first {
                    search.passedOver.append("\(path): begins at \(engine.nextPosition), the journal at \(first)")
                } else if engine.nextPosition <= limit {
                    search.found = Found(engine: engine, nextPosition: engine.nextPosition)
                } else {
                    search.passedOver.append("\(path): begins at \(engine.nextPosition), \(limit) is needed")
                }
            } catch {
                search.passedOver.append("\(path): \(error)")
            }
        }
        return search
    }

    /// More than the keys of any machine: half a gigabyte is a million. A file that was made longer by hand is not read into memory.
    private static let largest: Int64 = 8 << 30

    /// What a file holds, once. nil where it cannot be read.
    private static func bytes(_ path: String) -> [UInt8]? {
        guard let size = Files.size(path), size <= largest else { return nil }
        do { return try Files.read(path, upTo: Int(size)) } catch { return nil }
    }

    /// Whether it is a BLAKE2b-256 hash and the state of which it is.
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        bytes.count > Digest.size
            && Digest(stored: Array(bytes[..<Digest.size])) == Digest(of: bytes, skipping: Digest.size)
    }

    /// The newest snapshot that reads back, was taken at or before the moment, and that the journal goes on from.
    func newest(receivedBefore moment: Timestamp, from first: Int64) throws -> Engine? {
        for path in try paths().reversed() {
            guard !isForeign(path), let engine = Self.read(path), engine.nextPosition >= first,
                engine.received <= moment
            else {
                continue
            }
            return engine
        }
        return nil
    }

    /// The oldest snapshot that reads back and that a journal pruned up to `first` goes on from.
    func oldest(from first: Int64) throws -> Engine? {
        for path in try paths() {
            if !isForeign(path), let engine = Self.read(path), engine.nextPosition >= first { return engine }
        }
        return nil
    }

    /// Why the beginning of the journal may be missing; nil where it begins at 1, or where it was pruned to. Of what an earlier version
    /// has pruned only the base says so, which goes on from there.
    func missingBeginning() throws(JournalError) -> String? {
        guard let first = try Journal.firstKept(data: data) else { return nil }
        do throws(JournalError) {
            if let kept = try Journal.prunedTo(data: data) {
                return first <= kept ? nil : Self.missing(first, "it was pruned to \(kept)")
            }
        } catch {
            return
                "how far the journal was pruned, whether all is there from position \(first) on, cannot be read: \(error)"
        }
        if let bytes = Self.bytes(base), Self.isWhole(bytes),
            let next = try? Engine.nextPosition(ofSnapshot: bytes, skipping: Digest.size), next >= first
        {
            return nil
        }
        return Self.missing(first, "\(base) does not say that what was before was pruned")
    }

    private static func missing(_ first: Int64, _ why: String) -> String {
        "the journal begins at position \(first), and \(why): a segment is missing; bring it back from the backup"
    }

    /// Whether its name says that it was taken of another journal.
    private func isForeign(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        guard name.utf8.count > Self.plainLength, let next = Int64(name.prefix(20)), let row = row(before: next) else {
            return false
        }
        return name.dropFirst(21).prefix(row.utf8.count) != row
    }

    /// Hash of the journal's row before a position; nil where there is none to be read.
    private func row(before next: Int64) -> String? {
        next > 1 ? (try? Journal.hash(data: data, position: next - 1)) ?? nil : nil
    }

    /// Of a name without a hash.
    private static let plainLength = 29

    /// nil where it does not read back: damage of a snapshot is no reason to stop asking others.
    private static func read(_ path: String) -> Engine? {
        guard let bytes = bytes(path), isWhole(bytes) else { return nil }
        return try? Engine(snapshot: bytes, skipping: Digest.size)
    }

    /// Before segments go, so that the journal begins at `first`: a base that it goes on from stays, for the older it is the more of the
    /// alarms can be made anew from it; else the oldest intact snapshot becomes the base. Throws where there is none.
    func keepBase(from first: Int64) throws(JournalError) {
        if let bytes = Self.bytes(base), Self.isWhole(bytes),
            let next = try? Engine.nextPosition(ofSnapshot: bytes, skipping: Digest.size), next >= first
        {
            return
        }
        func fail(_ reason: String) -> JournalError {
            .failed(path: base, attempted: "keeping a snapshot for what stays of the journal in", reason: reason)
        }
        do {
            for name in try names() {
                let path = directory + "/" + name
                guard !isForeign(path), let bytes = Self.bytes(path), Self.isWhole(bytes) else { continue }
                return try Files.replace(base, with: [bytes])
            }
        } catch {
            throw fail("\(error)")
        }
        throw fail("\(directory) has none that is intact")
    }

    /// Written aside, synced, then renamed, so that a crash leaves the old ones. Gives its bytes.
    @discardableResult
    func write(_ setAside: borrowing SetAside, nextPosition: Int64) throws -> Int {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let digits = String(nextPosition)
        let name =
            String(repeating: "0", count: 20 - digits.count) + digits
            + (row(before: nextPosition).map { "-" + $0 } ?? "")
            + ".snapshot"
        try removePartials()
        var bytes = Digest.size
        try Files.replace(directory + "/" + name, room: Digest.size) { (put) throws(JournalError) in
            let digest = DigestOfParts()
            try setAside.encode { (part) throws(JournalError) in
                bytes += part.count
                guard bytes <= Self.largest else {
                    throw .failed(
                        path: name, attempted: "writing", reason: "the state takes more than any start would read")
                }
                part.withUnsafeBytes(digest.add)
                try put(part)
            }
            return digest.end().bytes
        }
        for old in try names().dropLast(2) { try FileManager.default.removeItem(atPath: directory + "/" + old) }
        return bytes
    }

    /// Those of a crash while one was written.
    private func removePartials() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".partial") {
            unlink(directory + "/" + name)
        }
    }

    /// Next position of the oldest snapshot kept: the journal must stay from there.
    func oldestPosition() throws -> Int64? { try names().first.flatMap { Int64($0.prefix(20)) } }

    /// Oldest first. A base that newer snapshots have outlived is the oldest of all.
    private func paths() throws -> [String] {
        let kept = try names().map { directory + "/" + $0 }
        return FileManager.default.fileExists(atPath: base) ? [base] + kept : kept
    }

    private func names() throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        let all = try FileManager.default.contentsOfDirectory(atPath: directory)
        return all.filter {
            $0.hasSuffix(".snapshot")
                && [Self.plainLength, Self.plainLength + 1 + 2 * Digest.size].contains($0.utf8.count)
        }.sorted()
    }
}
