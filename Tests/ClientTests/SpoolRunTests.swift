import Foundation
import Messaging
import TestSupport
import Testing

@testable import Client

/// A file sent through a spool to a door that answers by script.
@Suite(.serialized) final class SpoolRunTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)").path
    private let context = Context()
    private var upper: String { "ipc://\(directory)/door" }
    private var file: String { directory + "/day.ndjson" }

    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func write(_ numbers: ClosedRange<Int>) throws {
        let text = numbers.map { "{\"n\":\($0)}\n" }.joined()
        if !FileManager.default.fileExists(atPath: file) { try Data().write(to: URL(fileURLWithPath: file)) }
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private static func lines(_ range: ClosedRange<Int>) -> [String] { range.map { "{\"n\":\($0)}" } }

    /// The reading thread of a run that failed may hold the spool for a moment longer.
    private func open(_ bytes: Int) throws -> Spool {
        let path = directory + "/spool"
        var spool: Spool?
        _ = eventually {
            spool = try? Spool(path: path, stream: "s", maximumBytes: bytes)
            return spool != nil
        }
        return try #require(spool)
    }

    private func run(
        mark: (UInt64, UInt64) = (0, 0), bytes: Int = 1000, window: Int = 4,
        _ decide: @escaping @Sendable (Door.Seen, Int) -> Door.Reply = { _, _ in .take }
    ) throws -> (progress: SendProgress, lines: [String]) {
        let (door, handle, upper) = (Door(), context.handle, upper)
        let thread = try DedicatedThread("door") { try door.run(handle, at: upper, mark: mark, decide) }
        let result = Result { () throws -> SendProgress in
            let spool = try open(bytes)
            var options = SendOptions(stream: "s")
            options.endpoint = upper
            options.batch = 10
            options.window = window
            options.answerTimeout = 100
            return try SpoolRun(options, spool).run(handle, NDJSONFile(path: file))
        }
        door.stop()
        try thread.join()
        return (try result.get(), door.lines)
    }

    @Test func `a file larger than the spool goes through it, in order`() throws {
        try write(1...500)
        let (progress, lines) = try run { message, times in
            message.seq % 7 == 3 && times == 1 ? .refuse("busy") : .take
        }
        #expect(lines == Self.lines(1...500))
        #expect((progress.read, progress.answered, progress.accepted) == (500, 500, 500))
        #expect(progress.batches >= 50 && progress.milliseconds > 0)
    }

    @Test func `a file that has grown goes on where it was, another begins at its start`() throws {
        try write(1...15)
        #expect(try run().lines == Self.lines(1...15))
        try write(16...25)
        #expect(try run(mark: (1, 2)).lines == Self.lines(16...25))
        #expect(try run(mark: (1, 3)).lines.isEmpty)
        try FileManager.default.moveItem(atPath: file, toPath: file + ".old")
        try write(1...3)
        #expect(try run(mark: (1, 3)).lines == Self.lines(1...3))
    }

    @Test func `a last line that is still being written waits for the next run`() throws {
        try write(1...2)
        func add(_ text: String) throws {
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
        try add("{\"n\":{\"m\":3}")
        let first = try run()
        #expect(first.lines == Self.lines(1...2) && first.progress.leavesOpenLine)
        try add("}\n")
        #expect(try run(mark: (1, 1)).lines == ["{\"n\":{\"m\":3}}"])
        // One that is whole needs no end.
        try add("{\"n\":4}")
        #expect(try run(mark: (1, 2)).lines == Self.lines(4...4))
    }

    @Test func `a file that was cut is named`() throws {
        try write(1...15)
        _ = try run()
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: 20)
        let failure = #expect(throws: InputFailure.self) { try run(mark: (1, 2)) }
        #expect(failure?.reason.contains("it was cut") == true)
    }

    @Test func `another sender of the stream ends the run, what waits stays`() throws {
        try write(1...15)
        #expect(throws: SendFailure.sentBeforeSpool(stream: "s", messages: 3)) { try run(mark: (1, 3)) }
        #expect(throws: SendFailure.refused(code: "stream_conflict", reason: "no")) {
            try run { _, _ in .refuse("stream_conflict") }
        }
        #expect(try run().lines == Self.lines(1...15))
    }

    @Test func `data that are put back while a run goes on get nothing twice`() throws {
        try write(1...30)
        let (progress, lines) = try run(window: 1) { message, times in
            switch (message.epoch, message.seq, times) {
            // Taken and not answered; then an old copy stands there, and at last what has taken it.
            case (1, 2, 1): .replace(epoch: 0, seq: 0)
            case (2, 1, 1): .replace(epoch: 1, seq: 2)
            default: .take
            }
        }
        #expect(lines == Self.lines(1...10) + Self.lines(21...30))
        #expect((progress.answered, progress.restarts) == (30, 2))
    }

    @Test func `data that were put back say so in whatever they answer`() throws {
        try write(1...40)
        let (progress, lines) = try run { message, times in
            switch (message.epoch, message.seq, times) {
            case (1, 2, 1): .replace(epoch: 0, seq: 0)
            // The old copy takes what is lost with it; the next message comes to what has taken three of epoch 1.
            case (2, 1, 1): .drop
            case (2, 2, 1): .replace(epoch: 1, seq: 3)
            default: .take
            }
        }
        #expect(lines == Self.lines(1...10) + Self.lines(31...40))
        #expect((progress.answered, progress.restarts) == (40, 2))
    }

    @Test func `a file that was written anew in its place is not taken for one that has grown`() throws {
        try write(1...25)
        #expect(try run().lines == Self.lines(1...25))
        // The same file, other content, longer than before.
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data((101...140).map { "{\"n\":\($0)}\n" }.joined().utf8))
        try handle.close()
        #expect {
            try run(mark: (1, 3))
        } throws: { "\($0)".contains("it was written anew. Send a copy") }
    }
}
