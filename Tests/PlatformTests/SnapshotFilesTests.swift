import Engine
import Foundation
import Journal
import Testing

@testable import Platform

struct SnapshotFilesTests {
    private let data = NSTemporaryDirectory() + "/fenghuo-snapshots-\(UUID().uuidString)"

    private func names(_ files: SnapshotFiles) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: files.directory).sorted()
    }

    @Test func `what a crash left of a snapshot is passed over and goes with the next one, and the two newest stay`()
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        try FileManager.default.createDirectory(atPath: files.directory, withIntermediateDirectories: true)
        try files.write(Engine().setAside(), nextPosition: 1)
        let partial = files.directory + "/00000000000000000009.snapshot.partial"
        #expect(FileManager.default.createFile(atPath: partial, contents: Data(count: 100)))
        let search = try files.newest(upTo: 9, from: 1)
        #expect(search.found?.nextPosition == 1 && search.passedOver.isEmpty)
        for position: Int64 in 2...3 { try files.write(Engine().setAside(), nextPosition: position) }
        #expect(try names(files) == [2, 3].map { "0000000000000000000\($0).snapshot" })
    }

    @Test func `one that cannot be finished leaves nothing behind`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        // A directory in its place cannot be renamed over.
        let target = files.directory + "/00000000000000000001.snapshot"
        try FileManager.default.createDirectory(atPath: target + "/x", withIntermediateDirectories: true)
        #expect(throws: JournalError.self) { try files.write(Engine().setAside(), nextPosition: 1) }
        #expect(try names(files) == ["00000000000000000001.snapshot"])
    }

    @Test func `one that the journal no longer goes on from is passed over`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        try files.write(Engine().setAside(), nextPosition: 1)
        #expect(try files.newest(upTo: 5, from: 1).found?.nextPosition == 1)
        let pruned = try files.newest(upTo: 5, from: 2)
        #expect(pruned.found == nil && pruned.passedOver.count == 1)
    }

    @Test func `one that was made longer than any state is passed over unread`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        for position: Int64 in 1...2 { try files.write(Engine().setAside(), nextPosition: position) }
        let path = files.directory + "/00000000000000000002.snapshot"
        #expect(truncate(path, 1 << 40) == 0)
        let search = try files.newest(upTo: 5)
        #expect(search.found != nil && search.passedOver == ["\(path): cannot be read"])
    }

    @Test func `one with a bit flipped is passed over, whichever bit`() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let files = SnapshotFiles(data: data)
        try files.write(Engine().setAside(), nextPosition: 1)
        #expect(try files.newest(upTo: 1).found != nil)
        let path = URL(fileURLWithPath: files.directory + "/00000000000000000001.snapshot")
        let whole = try Data(contentsOf: path)
        for byte in whole.indices {
            var flipped = whole
            flipped[byte] ^= 1 << UInt8(byte % 8)
            try flipped.write(to: path)
            let search = try files.newest(upTo: 1)
            #expect(search.found == nil, "\(byte)")
            #expect(search.passedOver == ["\(path.path): its checksum does not match"], "\(byte)")
        }
    }
}
