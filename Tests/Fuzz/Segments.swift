import Events
import Foundation
import GRDB

@testable import Journal

/// Damaged segment files: told, or read as before; never a crash, and never a record that was not written.
final class Segments: Kind {
    let name = "journal"
    let pace = 50
    var summary: String { "\(count) damaged journals: \(told) told by verify, \(same) read as before" }

    private var (count, told, same) = (0, 0, 0)
    private let place: String
    /// Whole journals: one of each version of the format, as it was written then,
    /// one of several segments, one with its newest records in the WAL.
    private let originals: [(data: String, records: [String])]

    init(_ place: String) throws {
        self.place = place + "/journal"
        let versions = ["version1", "version2"].map { "\(place)/\($0)" }
        for path in versions {
            let fixture = Corpus.root + "/Tests/JournalTests/Fixtures/" + path.dropFirst(place.count + 1)
            try FileManager.default.copyItem(atPath: fixture, toPath: path)
        }
        try Self.write(place + "/several", segmentBytes: 20_000, keepsWAL: false)
        try Self.write(place + "/wal", segmentBytes: 1 << 26, keepsWAL: true)
        originals = try (versions + [place + "/several", place + "/wal"]).map { data in
            let (records, error) = Self.read(data)
            try require(error == nil && records.count > 3, "the journal to begin with: \(String(describing: error))")
            return (data, records)
        }
    }

    /// A copy made while the journal is open still has its WAL.
    private static func write(_ data: String, segmentBytes: Int64, keepsWAL: Bool) throws {
        let open = keepsWAL ? data + ".open" : data
        do {
            let journal = try Journal(
                data: open, settings: JournalSettings(segmentBytes: segmentBytes, engineVersion: 7))
            for step in 0..<40 {
                let entry = step % 5 == 4 ? JournalEntry.tick : .events(batch(step))
                let received = City.now + .seconds(Int64(step))
                _ = try journal.append([PendingEntry(received: received, department: "gas", entry: entry)])
            }
            if keepsWAL { try FileManager.default.copyItem(atPath: open, toPath: data) }
        }
        try? FileManager.default.removeItem(atPath: data + "/journal/owner.lock")
    }

    private static func batch(_ step: Int) -> EventBatch {
        var batch = EventBatch()
        for index in 0..<1 + step * 7 % 90 {
            var id = "e-\(step)-\(index)"
            id.withUTF8 { batch.ids.append(UnsafeRawBufferPointer($0)) }
            batch.times.append(City.now + .seconds(Int64(index)))
            batch.periods.append(0)
            batch.types.append(batch.strings.intern("reading"))
            batch.sources.append(batch.strings.intern("/gas"))
            batch.subjects.append(batch.strings.intern("valve-\(step * 31 + index)"))
            batch.areas.append(EventBatch.absent)
            batch.longitudes.append(.nan)
            batch.latitudes.append(.nan)
            batch.flags.append([])
            batch.metrics.append(batch.strings.intern("gas.lel"))
            batch.values.append(Double(step * index) / 3)
            batch.units.append(EventBatch.absent)
            batch.qualities.append(EventBatch.absent)
            batch.readingEnds.append(UInt32(batch.values.count))
            batch.fieldEnds.append(0)
        }
        batch.marks = [StreamMark(stream: "gw", epoch: 1, seq: UInt64(step + 1))]
        return batch
    }

    /// Every record as text, as far as they read, and what ended the reading.
    private static func read(_ data: String) -> (records: [String], error: (any Error)?) {
        var records: [String] = []
        do {
            var reader = try Journal.read(data: data, from: nil)
            while let stored = try reader.next() {
                let record = stored.record
                let entry =
                    if case .events(let batch) = record.entry { "\(encodeBatch(batch))" } else { "\(record.entry)" }
                records.append(
                    "\(record.position) \(record.received) \(record.department) \(stored.checksum.hex) \(entry)")
            }
            return (records, nil)
        } catch {
            return (records, error)
        }
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        let files = FileManager.default
        let original = random.pick(originals)
        try? files.removeItem(atPath: place)
        try files.copyItem(atPath: original.data, toPath: place)
        let folder = place + "/journal"
        let names = try files.contentsOfDirectory(atPath: folder).filter {
            $0.contains(".sqlite") && !$0.hasSuffix("-shm")
        }
        let name = random.pick(names.sorted())
        for other in names { try? files.removeItem(atPath: folder + "/" + other + "-shm") }
        guard let data = files.contents(atPath: folder + "/" + name) else { throw Broken("\(name) is gone") }
        var bytes = Array(data)
        for _ in 0...random.below(3) { damage(&bytes, &random, report) }
        report.note(
            "journal \(original.data.split(separator: "/").last ?? ""), \(name): \(data.count) → \(bytes.count) bytes")
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        try check(original.records, isWAL: name.hasSuffix("-wal"))
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout FuzzRandom, _ report: Report) {
        guard !bytes.isEmpty else { return }
        let at = random.below(bytes.count)
        let page = at / 4096 * 4096
        let kind = random.below(7)
        report.note("damage \(kind) at \(at)")
        switch kind {
        case 0, 1: bytes[at] ^= 1 << UInt8(random.below(8))
        case 2: bytes.removeSubrange(at...)
        case 3: bytes.removeSubrange(page...)
        case 4: for index in at / 512 * 512..<min(bytes.count, at / 512 * 512 + 512) { bytes[index] = 0 }
        case 5:
            let from = random.below(bytes.count) / 4096 * 4096
            for index in 0..<4096 where page + index < bytes.count && from + index < bytes.count {
                bytes[page + index] = bytes[from + index]
            }
        default:
            for index in at..<min(bytes.count, at + 1 + random.below(16)) { bytes[index] = UInt8(random.below(256)) }
        }
    }

    private func check(_ original: [String], isWAL: Bool) throws {
        let (records, error) = Self.read(place)
        try require(original.starts(with: records), "record \(records.count) was never written so")
        let problem = Result { () throws(JournalError) in try Journal.verify(data: place) }
        let isTold = (try? problem.get())?.problem != nil || (try? problem.get()) == nil
        if isTold { told += 1 }
        if records == original { same += 1 }
        // What a WAL has lost of its end is a commit that never was, to the file; the alert store knows better.
        try require(
            records == original || isTold || isWAL,
            "\(records.count) of \(original.count) records, and verify says nothing")
        if error != nil { try require(isTold, "cannot be read (\(error!)), and verify says nothing") }
        try writing(original)
    }

    /// A platform that starts on it says so, or goes on behind what is whole.
    private func writing(_ original: [String]) throws {
        guard let journal = try? Journal(data: place, settings: JournalSettings(engineVersion: 7)) else { return }
        let end = journal.nextPosition
        guard (try? journal.append([PendingEntry(received: City.now + .days(900), entry: .tick)])) != nil else {
            return
        }
        let (records, error) = Self.read(place)
        if error == nil {
            try require(
                original.starts(with: records.dropLast()) && records.last?.hasPrefix("\(end) ") == true,
                "appended behind records that were never written so")
        }
    }
}
