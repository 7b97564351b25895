import AlertStore
import Engine
import Events
import Foundation
import GRDB
import Journal
import Testing

@testable import Platform

/// What a start makes of journal, snapshots and store, where some of them are lost.
struct RecoveryTests {
    private let data = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString)"
    private let files = FileManager.default

    private static let rule = Rule(
        id: "r", title: .init(zh: "", en: ""), domain: "gas", message: .init(zh: "", en: ""),
        input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
        ladder: [.init(level: .red, at: .number(1))])

    private static func reading(_ value: Double, at second: Int64) -> JournalEntry {
        var batch = EventBatch()
        batch.add(Timestamp(seconds: second), value, subject: "x")
        return .events(batch)
    }

    private func openJournal() throws -> Journal {
        try Journal(
            data: data, settings: JournalSettings(segmentBytes: 1, engineVersion: Int64(Engine.version)))
    }

    private func openStore() throws -> AlertStore {
        try AlertStore(path: data + "/alerts.sqlite", newEpoch: "8000000a")
    }

    private func recover(_ journal: Journal, _ store: AlertStore) throws -> Recovery {
        try Recovery(
            journal: journal, snapshots: SnapshotFiles(data: data), applied: store.applied, renew: {},
            commit: { _ = try store.commit($0) })
    }

    /// A journal of six segments from long ago: rules, an alarm that stays open, readings; with snapshots after the
    /// third and the fifth. Pruned as `journal prune` does it.
    private func prunedData(from start: Int64 = 1_767_300_000) throws {
        let entries: [JournalEntry] =
            [.ruleSet(RuleSet(rules: [Self.rule], timing: Timing(clock: .wall)).encoded())]
            + [5, 6, 7, 8, 9].enumerated().map { Self.reading($1, at: start + Int64($0)) }
        let journal = try openJournal()
        let store = try openStore()
        let snapshots = SnapshotFiles(data: data)
        for (index, entry) in entries.enumerated() {
            let stamp = Timestamp(seconds: start + Int64(index))
            _ = try journal.append([PendingEntry(received: stamp, department: "d", entry: entry)])
            let engine = try recover(journal, store).engine
            try store.flushApplied()
            if index == 2 || index == 4 { try snapshots.write(engine.setAside(), nextPosition: engine.nextPosition) }
        }
    }

    @Test func `what a clock that was never set has stamped is not pruned by hand`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData(from: 12)
        #expect {
            _ = try pruneJournal(data: data, days: 1)
        } throws: { "\($0)".contains("a clock that was never set") }
    }

    @Test(arguments: ["applied = 9223372036854775807", "applied = -2"])
    func `an alert store whose numbers cannot be is told`(change: String) throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        try DatabaseQueue(path: data + "/alerts.sqlite").inDatabase { try $0.execute(sql: "UPDATE meta SET \(change)") }
        #expect { _ = try openStore() } throws: { "\($0)".contains("its numbers cannot be") }
    }

    @Test func `a snapshot of another journal is passed over, and told`() throws {
        let other = data + "-other"
        defer { for folder in [data, other] { try? files.removeItem(atPath: folder) } }
        try prunedData()
        try files.moveItem(atPath: data, toPath: other)
        let journal = try openJournal()
        for value in [1.0, 2, 3, 4, 5, 6, 7] {
            let entry = Self.reading(value, at: 1_767_300_000)
            _ = try journal.append([PendingEntry(received: Timestamp(seconds: 1), department: "d", entry: entry)])
        }
        try files.copyItem(atPath: other + "/snapshots", toPath: data + "/snapshots")
        let recovery = try recover(journal, openStore())
        #expect(recovery.replayed == 7 && recovery.notes.count == 2)
        #expect(recovery.notes.allSatisfy { $0.contains("is of another journal") }, "\(recovery.notes)")
    }

    @Test func `a journal is known to be pruned, and how far: a segment that goes missing then is told`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        #expect(try pruneJournal(data: data, days: 1).removed.count == 3)
        #expect(try missingBeginning(ofJournalIn: data) == nil)
        let oldest = data + "/journal/00000000000000000004.sqlite"
        try files.moveItem(atPath: oldest, toPath: data + "/away")
        #expect(try missingBeginning(ofJournalIn: data)?.contains("it was pruned to 4: a segment is missing") == true)
        // Where that cannot be read it is told, and stops nothing.
        let record = data + "/journal/pruned-to"
        try files.moveItem(atPath: record, toPath: record + ".kept")
        try files.createDirectory(atPath: record, withIntermediateDirectories: true)
        #expect(try missingBeginning(ofJournalIn: data)?.contains("cannot be read") == true)
        try files.removeItem(atPath: record)
        try files.moveItem(atPath: record + ".kept", toPath: record)
        // Pruned by a version that did not say so: the base tells.
        try files.removeItem(atPath: data + "/journal/pruned-to")
        #expect(try missingBeginning(ofJournalIn: data)?.contains("a segment is missing") == true)
        try files.moveItem(atPath: data + "/away", toPath: oldest)
        #expect(try missingBeginning(ofJournalIn: data) == nil)
    }

    @Test func `a pruned journal is begun with the snapshot beside it where all others are lost`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        let undisturbed = try recover(try openJournal(), try openStore()).engine.snapshot()
        #expect(try pruneJournal(data: data, days: 1).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
        try files.removeItem(atPath: data + "/snapshots")

        let store = try openStore()
        let recovery = try recover(try openJournal(), store)
        #expect(recovery.engine.snapshot() == undisturbed)
        #expect(recovery.replayed == 3 && recovery.losses.isEmpty)
        #expect(try AlertReader(path: store.path).status().openEpisodes == 1)
    }

    @Test func `a damaged newest snapshot is passed over for the one before, with the same state at the end`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        let whole = try recover(try openJournal(), try openStore())
        #expect(whole.replayed == 1 && whole.notes.isEmpty)
        let newest = try #require(try files.contentsOfDirectory(atPath: data + "/snapshots").max())
        let path = URL(fileURLWithPath: data + "/snapshots/" + newest)
        var bytes = try Data(contentsOf: path)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: path)
        let recovery = try recover(try openJournal(), try openStore())
        #expect(recovery.replayed == 3 && recovery.notes.count == 1)
        #expect(recovery.notes.first?.contains("\(newest): its checksum does not match") == true)
        #expect(recovery.engine.snapshot() == whole.engine.snapshot())
    }

    @Test func `a lost store of a pruned journal gets back all that the journal still has`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        _ = try pruneJournal(data: data, days: 1)
        for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: data + "/alerts.sqlite" + suffix) }
        let recovery = try recover(try openJournal(), try openStore())
        // From the base after position 3, not from the newest snapshot after 5.
        #expect(recovery.replayed == 3)
        #expect(recovery.losses.first?.contains("between position 0 and 4 are lost") == true, "\(recovery.losses)")
    }

    @Test func `a base stays as long as the journal goes on from it, for what can be made anew begins there`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        _ = try pruneJournal(data: data, days: 1)
        let base = URL(fileURLWithPath: data + "/journal/base.snapshot")
        let kept = try Data(contentsOf: base)
        let names = try files.contentsOfDirectory(atPath: data + "/snapshots").sorted()
        try files.removeItem(atPath: data + "/snapshots/" + names[0])
        try SnapshotFiles(data: data).keepBase(from: 4)
        #expect(try Data(contentsOf: base) == kept)
        try SnapshotFiles(data: data).keepBase(from: 5)
        #expect(
            try Data(contentsOf: base) == (try Data(contentsOf: URL(fileURLWithPath: data + "/snapshots/" + names[1]))))
        var damaged = kept
        damaged[damaged.count / 2] ^= 1
        try damaged.write(to: base)
        try SnapshotFiles(data: data).keepBase(from: 4)
        #expect(try Data(contentsOf: base) != damaged)
        // Of a form that nobody reads, though it is whole.
        var bytes = [UInt8](kept.dropFirst(Digest.size))
        bytes[0] = 99
        let unread = Data(Digest(of: bytes, skipping: 0).bytes + bytes)
        try unread.write(to: base)
        try SnapshotFiles(data: data).keepBase(from: 4)
        #expect(try Data(contentsOf: base) != unread)
    }

    @Test func `nothing is pruned while no snapshot is intact`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        for name in try files.contentsOfDirectory(atPath: data + "/snapshots") {
            try Data("x".utf8).write(to: URL(fileURLWithPath: data + "/snapshots/" + name))
        }
        #expect(throws: (any Error).self) { try pruneJournal(data: data, days: 1) }
        #expect(throws: JournalError.self) { try SnapshotFiles(data: data).keepBase(from: 1) }
        #expect(try recover(try openJournal(), try openStore()).replayed == 6)
    }

    @Test func `a pruned journal without any snapshot does not start, and says what to bring back`() throws {
        defer { try? files.removeItem(atPath: data) }
        try prunedData()
        _ = try pruneJournal(data: data, days: 1)
        try files.removeItem(atPath: data + "/snapshots")
        try files.removeItem(atPath: data + "/journal/base.snapshot")
        #expect {
            try recover(try openJournal(), try openStore())
        } throws: { "\($0)".contains("bring snapshots/ or journal/base.snapshot of \(data) back from the backup") }
    }
}
