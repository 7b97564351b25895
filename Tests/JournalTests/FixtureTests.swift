import Events
import Foundation
import TestSupport
import Testing

@testable import Journal

/// Journals as earlier formats wrote them: every later version must read them.
///
/// A fixture is written once, when its format is new, by running this test with FENGHUO_WRITE_FIXTURE=1, and never
/// again. `expected.txt` holds each record as the version that wrote it saw it.
struct FixtureTests {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    private func lines(_ data: String) throws -> String {
        var reader = try Journal.read(data: data, from: nil, openRestricted: true)
        var text = ""
        while let stored = try reader.next() {
            let record = stored.record
            text += "\(record.position) \(record.received.microseconds) \(record.department) \(stored.restricted) "
            text += "\(stored.engineVersion) \(stored.checksum.hex)\n\(image(record.entry))\n"
        }
        return text
    }

    @Test(arguments: [1, 2]) func `a journal of an earlier format is read, verified and gone on with`(version: Int)
        throws
    {
        let fixture = Self.fixtures.appendingPathComponent("version\(version)")
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        try FileManager.default.copyItem(atPath: fixture.path, toPath: data)
        let expected = try String(contentsOf: fixture.appendingPathComponent("expected.txt"), encoding: .utf8)
        #expect(try lines(data) == expected)
        #expect(try Journal.verify(data: data).problem == nil)
        let journal = try Journal(data: data, settings: Samples.settings())
        #expect(journal.marks("gas") == [StreamMark(stream: "gw-1", epoch: 3, seq: 99)])
        _ = try journal.append([Samples.pending(at: 100 * 86_400)])
        #expect(try Journal.verify(data: data).problem == nil)
    }

    @Test func `a segment without a sum of its marks is written on, and verify alone tells changed ones`() throws {
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        try FileManager.default.copyItem(
            atPath: Self.fixtures.appendingPathComponent("version1").path, toPath: data)
        let settings = Samples.settings(segmentAge: .days(1000))
        var batch = Samples.readings(1)
        batch.marks = [StreamMark(stream: "gw-1", epoch: 3, seq: 100)]
        let entry = Samples.pending(.events(batch), at: 100 * 86_400, from: "gas")
        _ = try Journal(data: data, settings: settings).append([entry])
        let newest = try #require(try SegmentFile.all(in: Journal.directory(data)).last)
        #expect(newest.first == 16)
        #expect(try Journal.verify(data: data).problem == nil)
        #expect(try Journal(data: data, settings: settings).marks("gas").map(\.seq) == [100])
        try newest.openForWriting().writeWithoutTransaction { try $0.execute(sql: "UPDATE mark SET seq = 101") }
        #expect(
            try Journal.verify(data: data).problem?.reason == "stream marks differ from what the batches say")
        #expect(try Journal(data: data, settings: settings).marks("gas").map(\.seq) == [101])
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["FENGHUO_WRITE_FIXTURE"] != nil))
    func `write the fixture of the newest format`() throws {
        let data = Self.fixtures.appendingPathComponent("version\(SegmentSchema.version)").path
        let journal = try Journal(data: data, settings: Samples.settings(segmentAge: .seconds(100)))
        var random = SeededGenerator(seed: 42)
        var marked = Samples.readings(3, restricted: true)
        marked.marks = [StreamMark(stream: "gw-1", epoch: 3, seq: 99)]
        let entries: [JournalEntry] = [
            .started(deaf: .minutes(5)), .ruleSet([1, 2, 3]), .registry([4]), .departments([5]), .tick,
            .request([6, 7]), .events(marked), .events(Samples.wild(6, &random)), .tick,
        ]
        for (index, entry) in entries.enumerated() {
            _ = try journal.append([Samples.pending(entry, at: Int64(index) * 25, from: index == 6 ? "gas" : "")])
        }
        let checkpointer = Checkpointer(journal)
        _ = try checkpointer.run()
        try lines(data).write(
            toFile: data + "/expected.txt", atomically: true, encoding: .utf8)
        try Files.remove(Journal.directory(data) + "/owner.lock")
    }
}
