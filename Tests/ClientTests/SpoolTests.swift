import Events
import Foundation
import Testing

@testable import Client

/// A spool in a directory of its own.
struct SpoolTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID().uuidString)").path

    private func open(stream: String = "s", bytes: Int = 1000) throws(SpoolError) -> Spool {
        try Spool(path: path, stream: stream, maximumBytes: bytes)
    }

    private func put(_ spool: Spool, _ bodies: String...) throws {
        for body in bodies {
            #expect(try spool.append([(body: Array(body.utf8), events: 2)], sealed: "after \(body)"))
        }
    }

    private func waiting(_ spool: Spool) throws -> [String] {
        var (found, id): ([String], Int64) = ([], 0)
        while let message = try spool.message(after: id) {
            found.append("\(message.id) \(String(decoding: message.body, as: UTF8.self))")
            id = message.id
        }
        return found
    }

    private func mark(_ epoch: UInt64, _ seq: UInt64) -> StreamMark { .init(stream: "s", epoch: epoch, seq: seq) }

    @Test func `what was put in is there after the process ended, until it is acknowledged`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            try put(spool, "a", "b", "c")
            _ = try spool.meet(mark(0, 0))
            try spool.acknowledge(1, refused: [.init(event: "e", code: "loop", field: "via", reason: "circle")])
        }
        let spool = try open()
        #expect(try waiting(spool) == ["2 b", "3 c"])
        var counts = Spool.Counts()
        (counts.messages, counts.events, counts.bytes) = (2, 4, 2)
        (counts.answered, counts.refused) = (2, 1)
        (counts.sealed, counts.acknowledged) = ("after c", "after a")
        #expect(spool.counts == counts)
        #expect(try spool.refused(limit: 10).map(\.event) == ["e"])
        #expect(try spool.meet(mark(1, 2)) == (1, 2, 2))
        #expect(try waiting(spool) == ["3 c"])
    }

    @Test func `a spool is of one stream, told from others by its bytes`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try open(stream: "caf\u{E9}")
        for stream in ["cafe\u{301}", "cafe"] {
            #expect(throws: SpoolError.otherStream(path: path, stream: "caf\u{E9}")) { try open(stream: stream) }
        }
        _ = try open(stream: "caf\u{E9}")
    }

    @Test(arguments: [
        "epoch = -1", "base = -1", "base = 2", "acknowledged = 3", "acknowledged = 0", "next = 3", "next = 5",
        "next = 1 << 60",
        "answered = 9223372036854775807", "refused = 1 << 60", "restarts = -1",
    ])
    func `a spool whose numbers contradict each other is unreadable`(change: String) throws {
        try expectUnreadable("UPDATE stream SET \(change)")
    }

    @Test(arguments: ["0, 0, 2", "3, 0, 2", "1, -1, 2", "1, 2, 3", "1, 0, 1", "1, 0, 4"])
    func `a spool with an earlier epoch that cannot have been is unreadable`(past: String) throws {
        try expectUnreadable("UPDATE stream SET epoch = 3; INSERT INTO past VALUES(\(past))")
        try expectUnreadable("UPDATE stream SET epoch = 0; INSERT INTO past VALUES(\(past))")
    }

    @Test(arguments: ["1 << 60", "-1", "0"])
    func `a spool with a message of an impossible number of events is unreadable`(events: String) throws {
        try expectUnreadable("UPDATE messages SET events = \(events) WHERE id = 3")
    }

    private func expectUnreadable(_ change: String) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            try put(spool, "a", "b", "c")
            _ = try spool.meet(mark(0, 0))
            try spool.acknowledge(1, refused: [])
        }
        try SpoolSchema.open(path, stream: "s").inDatabase { try $0.execute(sql: change) }
        #expect(throws: SpoolError.unreadable(path: path, reason: "its numbers contradict each other")) { try open() }
    }

    @Test func `a full spool takes nothing more, an empty one takes any message`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try open(bytes: 3)
        try put(spool, "long")
        #expect(try !spool.append([(body: [1], events: 1)], sealed: "x"))
        #expect(spool.counts.sealed == "after long")
        _ = try spool.meet(mark(0, 0))
        try spool.acknowledge(1, refused: [])
        try put(spool, "a", "b", "c")
        #expect(try !spool.append([(body: [1], events: 1)], sealed: "x"))
        #expect(try spool.append([], sealed: "read on"))
        #expect(spool.counts.sealed == "read on")
    }

    @Test(arguments: [(2, true), (3, false)] as [(UInt64, Bool)])
    func `an older copy takes nothing that it reads now for what was sent`(mark seq: UInt64, isOurs: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            try put(spool, "a", "b")
            _ = try spool.meet(mark(0, 0))
        }
        // Copied here; the spool it was copied from has sent a third. What is read in vain, by a process or two, was not sent.
        do {
            let copy = try open()
            try put(copy, "x")
        }
        let copy = try open()
        try put(copy, "y")
        if isOurs {
            #expect(try copy.meet(mark(1, seq)) == (1, 2, 2))
            #expect(try waiting(copy) == ["3 x", "4 y"])
            // Once it has been asked, what it has sealed may have been sent from here.
            #expect(try copy.meet(mark(1, 3)) == (1, 3, 3))
        } else {
            #expect(throws: SendFailure.otherSender(stream: "s")) { try copy.meet(mark(1, seq)) }
            #expect(try waiting(copy) == ["1 a", "2 b", "3 x", "4 y"])
        }
    }

    @Test func `what was sealed before a process that met the platform ended may have been sent`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            _ = try spool.meet(mark(0, 0))
            try put(spool, "a", "b")
        }
        let spool = try open()
        #expect(try spool.meet(mark(1, 2)) == (1, 2, 2))
    }

    @Test(arguments: [1, 2])
    func `a spool of an earlier version goes on, and one of a later version does not`(version: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            try put(spool, "a", "b")
            _ = try spool.meet(mark(0, 0))
        }
        func change(_ sql: String) throws {
            try SpoolSchema.open(path, stream: "s").inDatabase { try $0.execute(sql: sql) }
        }
        if version < 2 { try change("ALTER TABLE stream DROP COLUMN sent") }
        try change("DROP TABLE past; PRAGMA user_version = \(version)")
        do {
            let spool = try open()
            #expect(try waiting(spool) == ["1 a", "2 b"])
            #expect(try spool.meet(mark(1, 1)) == (1, 1, 1))
        }
        try change("PRAGMA user_version = 4")
        let reason = "it is of version 4, this software's is 3"
        #expect(throws: SpoolError.unreadable(path: path, reason: reason)) { try open() }
    }

    @Test func `a spool that was never sent refuses a stream that was`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try open()
        #expect(throws: SendFailure.sentBeforeSpool(stream: "s", messages: 4)) { try spool.meet(mark(1, 4)) }
        #expect(try spool.meet(mark(7, 0)) == (8, 0, 0))
    }

    @Test(arguments: [(1, 4), (2, 0), (2, 1)] as [(UInt64, UInt64)])
    func `a mark beyond what was ever sent is another sender's`(epoch: UInt64, seq: UInt64) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try open()
        try put(spool, "a", "b", "c")
        _ = try spool.meet(mark(0, 0))
        try spool.acknowledge(1, refused: [])
        #expect(throws: SendFailure.otherSender(stream: "s")) { try spool.meet(mark(epoch, seq)) }
        #expect(try spool.meet(mark(1, 3)) == (1, 3, 3))
    }

    @Test(arguments: [(0, 0), (3, 1)] as [(UInt64, UInt64)])
    func `a platform that lost what it had acknowledged gets the rest under the next epoch`(epoch: UInt64, seq: UInt64)
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try open()
        try put(spool, "a", "b", "c")
        #expect(try spool.meet(mark(2, 0)) == (3, 0, 0))
        try spool.acknowledge(2, refused: [])
        #expect(try spool.meet(mark(epoch, seq)) == (4, 0, 2))
        #expect(try waiting(spool) == ["3 c"])
        #expect(spool.counts.restarts == 1)
        // Nothing of the new epoch has arrived: asking again changes nothing.
        #expect(try spool.meet(mark(epoch, seq)) == (4, 0, 2))
        try spool.acknowledge(1, refused: [])
        #expect(try waiting(spool).isEmpty)
    }

    /// Three messages under epoch 1, of which one was answered; an old copy is met, epoch 2 begins, a fourth is read.
    private func restarted() throws -> Spool {
        do {
            let spool = try open()
            try put(spool, "a", "b", "c")
            _ = try spool.meet(mark(0, 0))
            try spool.acknowledge(1, refused: [])
            #expect(try spool.meet(mark(0, 0)) == (2, 0, 1))
            try put(spool, "d")
        }
        return try open()
    }

    @Test(
        arguments: [
            (0, 2, 0, 1, ["2 b", "3 c", "4 d"]), (1, 2, 0, 1, ["2 b", "3 c", "4 d"]), (2, 3, 0, 2, ["3 c", "4 d"]),
            (3, 3, 0, 3, ["4 d"]),
        ] as [(UInt64, UInt64, UInt64, Int64, [String])])
    func `a platform that comes back from before a restart gets only what it has not`(
        seq: UInt64, epoch: UInt64, after: UInt64, id: Int64, left: [String]
    ) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try restarted()
        #expect(try spool.meet(mark(1, seq)) == (epoch, after, id))
        #expect(try waiting(spool) == left)
        #expect(spool.counts.restarts == Int(epoch) - 1)
    }

    @Test func `a mark beyond what was sent under an earlier epoch is another sender's`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try restarted()
        #expect(throws: SendFailure.otherSender(stream: "s")) { try spool.meet(mark(1, 4)) }
        #expect(try waiting(spool) == ["2 b", "3 c", "4 d"])
    }

    @Test func `what was taken under an epoch that was begun anew is known by its own numbers`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let spool = try restarted()
        // The one met by mistake has taken "b" and "c" under epoch 2 and not said so; the first one has only "b".
        #expect(try spool.meet(mark(1, 2)) == (3, 0, 2))
        #expect(try waiting(spool) == ["3 c", "4 d"])
        #expect(try spool.meet(mark(2, 2)) == (4, 0, 3))
        #expect(try waiting(spool) == ["4 d"])
    }

    @Test func `only the newest earlier epochs are known, of an older one all goes again`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (spool, restarts) = (try open(), Int64(Spool.maximumPast) + 1)
        for _ in 0..<restarts + 3 { try put(spool, "m") }
        _ = try spool.meet(mark(0, 0))
        for _ in 0..<restarts {
            try spool.acknowledge(1, refused: [])
            _ = try spool.meet(mark(0, 0))
        }
        let epoch = UInt64(restarts + 1)
        #expect(try spool.meet(mark(1, UInt64(restarts) + 2)) == (epoch, 0, restarts))
        #expect(try spool.meet(mark(2, UInt64(restarts) + 1)) == (epoch + 1, 0, restarts + 2))
        #expect(spool.counts.messages == 1)
    }

    @Test func `one process, one stream, and only a spool`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let spool = try open()
            #expect(throws: SpoolError.inUse(path: path)) { try open() }
            try put(spool, "a")
        }
        #expect(throws: SpoolError.otherStream(path: path, stream: "s")) { try open(stream: "t") }
        try FileManager.default.removeItem(atPath: path)
        try Data("no spool, only some text of a person that is longer than a header of SQLite".utf8)
            .write(to: URL(fileURLWithPath: path))
        let failure = #expect(throws: SpoolError.self) { try open() }
        #expect("\(failure!)".contains("cannot be used"))
    }
}
