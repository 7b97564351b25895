import Events
import Foundation
import TestSupport
import Testing

@testable import Journal

struct KillTests {
    /// Appends for ever, with checkpoints on another thread, and notes each acknowledged position, until killed.
    @Sendable static func appendUntilKilled(_ path: String, afterMicroseconds delay: UInt32, segmentBytes: Int64) throws
    {
        let settings = JournalSettings(segmentBytes: segmentBytes, engineVersion: 1)
        let journal = try Journal(data: path, settings: settings)
        let notes = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        Thread.detachNewThread {
            usleep(delay)
            kill(getpid(), SIGKILL)
        }
        Thread.detachNewThread {
            let checkpointer = Checkpointer(journal)
            while true { _ = try? checkpointer.run() }
        }
        while true {
            let next = journal.nextPosition
            var batch = Samples.readings(5, from: Int(next), restricted: next % 3 == 0)
            batch.marks = [StreamMark(stream: "gw", epoch: 1, seq: UInt64(next))]
            let records = try journal.append([
                Samples.pending(at: next), Samples.pending(.events(batch), at: next, from: "gas"),
            ])
            let line = records.map { "\($0.position)\n" }.joined()
            _ = line.withCString { write(notes, $0, strlen($0)) }
        }
    }

    @Test(arguments: [1, 40_000, 1 << 20])
    func `after kill -9 at any moment every acknowledged position is there`(segmentBytes: Int64) async throws {
        let directory = TemporaryDirectory()
        let path = directory.path
        var random = SeededGenerator(seed: UInt64(segmentBytes))
        for _ in 0..<6 {
            let delay = UInt32.random(in: 1000...60_000, using: &random)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, delay = delay as UInt32, segmentBytes = segmentBytes as Int64] in
                try KillTests.appendUntilKilled(path, afterMicroseconds: delay, segmentBytes: segmentBytes)
            }
            let journal = try Samples.open(directory)
            let notes = try String(contentsOfFile: path + "/acknowledged", encoding: .utf8)
            let acknowledged = notes.split(separator: "\n").compactMap { Int64($0) }
            let stored = Set(try Samples.all(directory).map(\.record.position))
            #expect(stored.isSuperset(of: acknowledged))
            let report = try Journal.verify(data: path)
            #expect(report.problem == nil)
            #expect(report.next == journal.nextPosition)
            let lastBatch = acknowledged.last.map { UInt64($0) - 1 } ?? 0
            #expect(journal.marks("gas").first?.seq ?? 0 >= lastBatch)
        }
        #expect(try Journal.info(data: path).rows > 0)
    }
}
