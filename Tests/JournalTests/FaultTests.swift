import Events
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Journal

struct FaultTests {
    let directory = TemporaryDirectory()

    @Test func `a full disk is said so, loses nothing acknowledged, and poisons`() throws {
        var journal: Journal? = try Samples.open(directory)
        try journal?.withWriter { (writer) throws(JournalError) in
            try onFile("", "limiting") {
                try writer.queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 20") }
            }
        }
        var random = SeededGenerator(seed: 5)
        var acknowledged: [Int64] = []
        let failure = #expect(throws: JournalError.self) {
            while true {
                let entry = Samples.pending(.events(Samples.wild(50, &random)))
                acknowledged += try #require(try journal?.append([entry])).map(\.position)
            }
        }
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        #expect(failure == .diskFull(path: file.path, attempted: "appending to"))
        #expect(!acknowledged.isEmpty)
        #expect(throws: JournalError.poisoned(cause: try #require(failure).description)) {
            try journal?.append([Samples.pending()])
        }
        #expect(journal?.poison != nil)
        journal = nil
        #expect(try Samples.open(directory).append([Samples.pending()]).count == 1)
        #expect(try Samples.all(directory).dropLast().map(\.record.position) == acknowledged)
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test func `a segment that somebody holds a lock on is said so`() throws {
        let settings = Samples.settings()
        _ = try Samples.open(directory, settings)
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file.path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(throws: JournalError.locked(path: file.path)) { try Samples.open(directory, settings) }
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
    }

    @Test func `a data directory without write permission is said so`() async {
        let path = directory.path + "/data"
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String] in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            chmod(path, 0o555)
            if getuid() == 0 { setuid(65_534) }
            do {
                _ = try Journal(data: path, settings: JournalSettings(engineVersion: 1))
            } catch {
                guard case .some(.notWritable) = error as? JournalError else { exit(1) }
                exit(7)
            }
        }
    }

    @Test func `two owners in two processes: the second names the first`() async throws {
        let journal = try Samples.open(directory)
        let path = directory.path
        let pid = getpid()
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String, pid = pid as Int32] in
            do {
                _ = try Journal(data: path, settings: JournalSettings(engineVersion: 1))
            } catch {
                exit(error as? JournalError == .owned(path: path + "/journal", pid: pid) ? 7 : 1)
            }
        }
        _ = try journal.append([Samples.pending()])
    }
}
