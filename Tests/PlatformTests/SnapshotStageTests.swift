import Engine
import Events
import Foundation
import Logging
import Testing

@testable import Platform

struct SnapshotStageTests {
    private let data = NSTemporaryDirectory() + "/fenghuo-stage-\(UUID().uuidString)"
    private let complaints = Complaints(log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    private func tick(_ engine: inout Engine) {
        var decisions: [Decision] = []
        let received = engine.received + .seconds(1)
        let record = JournalRecord(position: engine.nextPosition, received: received, department: "", entry: .tick)
        engine.apply(record, into: &decisions)
    }

    @Test func `what was set aside is written as of its position while the engine goes on, and close waits for it`()
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        let stage = SnapshotStage(files, complaints: complaints)
        var engine = Engine()
        for _ in 0..<5 { tick(&engine) }
        let before = engine.snapshot()
        stage.offer(engine.setAside())
        tick(&engine)
        #expect(!stage.isIdle)
        // One more is left out as long as the first is not written.
        stage.offer(engine.setAside())
        Thread.detachNewThread { try? stage.run() }
        stage.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: files.directory)
        #expect(names == ["00000000000000000006.snapshot"])
        let found = try #require(try files.newest(upTo: 100).found)
        #expect(found.nextPosition == 6 && found.engine.snapshot() == before)
        #expect(complaints.all == [])
        // Nothing more is taken.
        stage.offer(engine.setAside())
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.directory).count == 1)
    }

    private struct Refused: Error {}

    @Test func `one whose preparation fails is not written, and the stage ends with the reason`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        let stage = SnapshotStage(files, complaints: complaints)
        stage.offer(Engine().setAside(), after: { throw Refused() })
        #expect(throws: Refused.self) { try stage.run() }
        // Nobody waits for it.
        stage.close()
        stage.offer(Engine().setAside())
        #expect(!FileManager.default.fileExists(atPath: files.directory))
        #expect(throws: Refused.self) { try stage.write(Engine().setAside(), after: { throw Refused() }) }
    }

    @Test func `one that cannot be written is complained about, and the next may be`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: data + "/snapshots"))
        let stage = SnapshotStage(SnapshotFiles(data: data), complaints: complaints)
        try stage.write(Engine().setAside())
        #expect(complaints.all.count == 1 && complaints.all[0].hasPrefix("snapshot: "))
        try FileManager.default.removeItem(atPath: data + "/snapshots")
        try stage.write(Engine().setAside())
        #expect(complaints.all == [])
    }
}
