import Events
import Foundation
import Glibc
import Testing

@testable import Journal

struct RestrictedTests {
    let directory = TemporaryDirectory()

    private func append(_ journal: Journal, at seconds: Int64 = 0) throws -> EventBatch {
        let batch = Samples.readings(3, restricted: true)
        _ = try journal.append([Samples.pending(.events(batch), at: seconds, from: "110")])
        return batch
    }

    private func restricted(_ record: StoredRecord) -> [RestrictedField] {
        guard case .events(let batch) = record.record.entry else { return [] }
        return batch.restricted
    }

    @Test func `restricted fields are read where asked for, and are nowhere in the files`() throws {
        let batch = try append(try Samples.open(directory))
        let sealed = try Samples.all(directory)
        #expect(sealed.map(\.restricted) == [.sealed])
        #expect(restricted(sealed[0]).isEmpty)
        let open = try Samples.all(directory, restricted: true)
        #expect(open.map(\.restricted) == [.open])
        #expect(restricted(open[0]) == batch.restricted)
        let folder = Journal.directory(directory.path)
        for name in try Files.names(folder) {
            let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            #expect(bytes.range(of: Data("13800000000".utf8)) == nil)
        }
    }

    @Test func `restricted fields count in the bytes that are read at once`() throws {
        let journal = try Samples.open(directory)
        var batch = Samples.readings(100)
        let text = String(repeating: "x", count: 4096)
        batch.restricted = (0..<1100).map { RestrictedField(event: $0 / 11, name: "n\($0 % 11)", value: text) }
        for _ in 0..<3 { _ = try journal.append([Samples.pending(.events(batch), from: "110")]) }
        let file = try #require(try SegmentFile.all(in: Journal.directory(directory.path)).first)
        let page = try StoredRow.page(file.openForReading(), file, from: 1)
        #expect(page.count == 1 && page[0].restricted?.count ?? 0 > JournalBounds.pageBytes)
        #expect(try Samples.all(directory, restricted: true).map { restricted($0).count } == [1100, 1100, 1100])
    }

    @Test func `a month has one key, in a file that only its owner reads`() throws {
        let journal = try Samples.open(directory)
        _ = try append(journal)
        _ = try append(journal)
        _ = try append(journal, at: 20 * 86_400)
        #expect(try journal.keys.ids() == ["2025-11", "2025-12"])
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/keys/2025-11.key")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int == 64)
    }

    @Test func `erasing a key erases the fields, keeps the chain, and the month goes on with another key`() throws {
        let journal = try Samples.open(directory)
        _ = try append(journal)
        try journal.keys.erase("2025-11")
        _ = try append(journal)
        #expect(try journal.keys.ids() == ["2025-11-2"])
        let records = try Samples.all(directory, restricted: true)
        #expect(records.map(\.restricted) == [.erased, .open])
        #expect(restricted(records[0]).isEmpty)
        let report = try Journal.verify(data: directory.path)
        #expect(report.problem == nil)
        #expect(report.erased == 1)
    }

    @Test func `a lost key's name is never given to another, and one that is still known is put back`() throws {
        var journal: Journal? = try Samples.open(directory)
        _ = try append(try #require(journal))
        let path = directory.path + "/keys/2025-11.key"
        try Files.remove(path)
        _ = try append(try #require(journal))
        #expect(try Samples.all(directory, restricted: true).map(\.restricted) == [.open, .open])
        journal = nil
        try Files.remove(path)
        let again = try Samples.open(directory)
        _ = try append(again)
        #expect(try again.keys.ids() == ["2025-11-2"])
        #expect(again.missingKeys == ["2025-11"])
        #expect(
            try Samples.all(directory, restricted: true).map(\.restricted) == [.keyMissing, .keyMissing, .open])
        #expect(try Journal.verify(data: directory.path).missingKeys == ["2025-11"])
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test func `a damaged key is told, is not used, and opens what it has encrypted once it is back`() throws {
        _ = try append(try Samples.open(directory))
        let path = directory.path + "/keys/2025-11.key"
        let key = try #require(try Files.read(path, upTo: 100))
        for damaged in [[], Array(key.prefix(31)), Array(key.prefix(63)), [key[0] ^ 4] + key.dropFirst()] {
            try Files.replace(path, with: [damaged])
            let journal = try Samples.open(directory)
            #expect(journal.missingKeys == ["2025-11"])
            _ = try append(journal)
            #expect(try Journal.verify(data: directory.path).missingKeys == ["2025-11"])
        }
        #expect(
            try Samples.all(directory, restricted: true).map(\.restricted) == [.keyMissing]
                + Array(repeating: .open, count: 4))
        try Files.replace(path, with: [key])
        #expect(try Samples.open(directory).missingKeys == [])
        #expect(try Samples.all(directory, restricted: true).map(\.restricted) == Array(repeating: .open, count: 5))
    }

    @Test
    func `a key that cannot be read stops nothing: one that is known is used, else the month goes on under another`()
        throws
    {
        var journal: Journal? = try Samples.open(directory)
        _ = try append(try #require(journal))
        let path = directory.path + "/keys/2025-11.key"
        let kept = try #require(try Files.read(path, upTo: 100))
        // A folder of the name: opened as root, too, it cannot be read.
        try Files.remove(path)
        try Files.makeDirectory(path)
        _ = try append(try #require(journal))
        #expect(try journal?.keys.ids() == ["2025-11"])
        journal = nil
        let again = try Samples.open(directory)
        #expect(again.missingKeys == ["2025-11"])
        _ = try append(again)
        _ = try append(again)
        #expect(try again.keys.ids() == ["2025-11-2", "2025-11"])
        #expect(rmdir(path) == 0)
        try Files.replace(path, with: [kept])
        #expect(try Samples.all(directory, restricted: true).map(\.restricted) == Array(repeating: .open, count: 4))
    }

    @Test func `an older segment that cannot be read stops no restricted field, and no name of a key comes twice`()
        throws
    {
        var journal: Journal? = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for _ in 0..<3 { _ = try append(try #require(journal)) }
        journal = nil
        let files = try SegmentFile.all(in: Journal.directory(directory.path))
        try Files.remove(directory.path + "/keys/2025-11.key")
        try Files.replace(files[0].path, with: [])
        var again: Journal? = try Samples.open(directory)
        for _ in 0..<2 { _ = try append(try #require(again)) }
        let ids = try #require(again).keys.ids()
        #expect(ids == ["2025-11-\(files.last!.first + 3)"])
        again = nil
        _ = try append(try Samples.open(directory))
        #expect(try KeyStore(data: directory.path).ids() == ids)
    }

    @Test func `where no key can be made, one that the month went on with is used`() throws {
        var journal: Journal? = try Samples.open(directory)
        _ = try append(try #require(journal))
        let path = directory.path + "/keys/"
        journal = nil
        try Files.remove(path + "2025-11.key")
        journal = try Samples.open(directory)
        _ = try append(try #require(journal))
        journal = nil
        // Nothing can be made in the folder, by root either: what is tried first is a folder itself.
        try Files.makeDirectory(path + "probe")
        let again = try Samples.open(directory)
        _ = try append(again)
        #expect(try again.keys.ids() == ["2025-11-2"])
        #expect(try Samples.all(directory, restricted: true).map(\.restricted) == [.keyMissing, .open, .open])
    }

    @Test func `where no key can be made only what has restricted fields is refused`() throws {
        let journal = try Samples.open(directory)
        try Files.create(directory.path + "/keys", [], mode: 0o600)
        #expect {
            _ = try append(journal)
        } throws: {
            "\($0)".contains("its restricted fields cannot be encrypted")
        }
        _ = try journal.append([Samples.pending(.events(Samples.readings(1)), at: 1)])
        #expect(try Samples.all(directory).count == 1)
    }

    @Test func `a key of before it had a sum is used`() throws {
        _ = try append(try Samples.open(directory))
        let path = directory.path + "/keys/2025-11.key"
        try Files.replace(path, with: [Array(try #require(try Files.read(path, upTo: 100)).prefix(32))])
        let journal = try Samples.open(directory)
        _ = try append(journal)
        #expect(try journal.keys.ids() == ["2025-11"])
        #expect(try Samples.all(directory, restricted: true).map(\.restricted) == [.open, .open])
    }

    @Test func `a key file of the wrong content is a problem, not an erasure`() throws {
        let journal = try Samples.open(directory)
        _ = try append(journal)
        let path = directory.path + "/keys/2025-11.key"
        try Files.remove(path)
        try Files.create(path, [UInt8](repeating: 1, count: 32), mode: 0o600)
        #expect(throws: JournalError.self) { try Samples.all(directory, restricted: true) }
        #expect(try Samples.all(directory).count == 1)
    }

    @Test func `fields that were taken out by hand are damage, not an erasure`() throws {
        _ = try append(try Samples.open(directory))
        let file = try #require(try SegmentFile.all(in: Journal.directory(directory.path)).first)
        try file.openForWriting().writeWithoutTransaction { try $0.execute(sql: "UPDATE entry SET restricted = NULL") }
        #expect(try Journal.verify(data: directory.path).problem?.position == 1)
        #expect {
            try Samples.open(directory)
        } throws: {
            "\($0)".contains("restricted fields do not match their hash")
        }
    }

    @Test func `export leaves restricted fields out unless told otherwise`() throws {
        _ = try append(try Samples.open(directory))
        for flag in [false, true] {
            var lines: [UInt8] = []
            let count = try Journal.export(data: directory.path, from: 1, upTo: 3, restricted: flag) { lines += $0 }
            #expect(count == 2)
            let text = String(decoding: lines, as: UTF8.self)
            #expect(text.contains("王小明") == flag)
            for line in text.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["specversion"] as? String == "1.0")
                let data = object?["data"] as? [String: Any]
                #expect(data?["metric"] as? String == "gas.concentration")
                // Nested, they could not be sent again.
                #expect(data?.values.allSatisfy { !($0 is [String: Any]) } == true)
            }
        }
    }
}
