import AlertStore
import Client
import Events
import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// A forwarder on a thread and a door that answers by script.
@Suite(.serialized) final class ForwarderTests {
    private let place: Place
    private let troubles = Troubles()

    private final class Troubles: Sendable {
        let heard = Mutex<[String?]>([])
    }

    init() throws { place = try Place() }

    private struct Running: ~Copyable {
        let forwarder: Forwarder
        let thread: DedicatedThread

        consuming func stop() throws {
            forwarder.stop()
            try thread.join()
        }
    }

    private struct Gate: ~Copyable {
        let door: Door
        let thread: DedicatedThread

        consuming func close() throws {
            door.stop()
            try thread.join()
        }
    }

    private var upper: String { "ipc://\(place.directory)/upper" }

    private var spool: String { place.directory + "/forward.sqlite" }

    private func make(
        area: String = "320213", level: Level = .blue,
        row: @escaping @Sendable (Int64) throws -> String? = { "row\($0)" },
        via: @escaping @Sendable (Int64) -> String? = { _ in nil }
    ) throws -> Forwarder {
        try Forwarder(
            place.context.handle,
            .init(to: upper, source: "/d", stream: "d", area: AreaCode(area)!, level: level), store: place.path,
            spool: spool, row: row, via: via,
            onTrouble: { [troubles] trouble in troubles.heard.withLock { $0.append(trouble) } })
    }

    private func forward(
        area: String = "320213", level: Level = .blue,
        row: @escaping @Sendable (Int64) -> String? = { "row\($0)" },
        via: @escaping @Sendable (Int64) -> String? = { _ in nil }
    ) throws -> Running {
        let forwarder = try make(area: area, level: level, row: row, via: via)
        return Running(forwarder: forwarder, thread: try DedicatedThread("forward") { forwarder.run() })
    }

    private func open(
        mark: (UInt64, UInt64) = (0, 0),
        _ decide: @escaping @Sendable (Door.Seen, Int) -> Door.Reply = { _, _ in .take }
    ) throws -> Gate {
        let (door, context, upper) = (Door(), place.context.handle, upper)
        return Gate(
            door: door,
            thread: try DedicatedThread("upper") { try door.run(context, at: upper, mark: mark, decide) })
    }

    private func ids(_ door: Door) throws -> [String] {
        try door.lines.map { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(event?["id"] as? String)
        }
    }

    private static func expected(_ range: ClosedRange<Int>) -> [String] { range.map { "\($0).0" } }

    @Test func `S28 a platform above that refuses three times and then takes it has the alarm once`() throws {
        let gate = try open { _, times in times <= 3 ? .refuse(times == 2 ? "commit_failed" : "busy") : .take }
        let running = try forward()
        try place.raise()
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 1 })
        #expect(try ids(gate.door) == Self.expected(1...1))
        #expect(gate.door.seen.count == 4)
        #expect(running.forwarder.status.counts.refused == 0)
        try running.stop()
        try gate.close()
    }

    @Test func `a refusal of the whole stream is told and tried again until it is taken`() throws {
        let gate = try open { _, times in times <= 3 ? .refuse("too_many_streams") : .take }
        let running = try forward()
        try place.raise(2)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 2 })
        #expect(try ids(gate.door) == Self.expected(1...2))
        #expect(running.forwarder.status.retries == 3)
        #expect(running.forwarder.status.trouble == nil)
        // The status says so first.
        try #require(eventually { troubles.heard.withLock { $0.last == .some(nil) } })
        #expect(troubles.heard.withLock { $0 }.compactMap { $0 }.first?.contains("too_many_streams") == true)
        try running.stop()
        try gate.close()
    }

    @Test func `an event that is refused for good is kept with its code and holds up nothing`() throws {
        let gate = try open { message, _ in message.seq == 1 ? .reject("loop") : .take }
        let running = try forward()
        try place.raise(150)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 150 })
        let status = running.forwarder.status
        #expect(status.counts.refused == 1 && status.refusedSinceStart == 1)
        #expect(status.refused == [.init(event: "1.0", code: "loop", field: "", reason: "never")])
        #expect(try ids(gate.door) == Self.expected(1...150))
        #expect(gate.door.seen.map(\.lines) == [100, 50])
        try running.stop()
        try gate.close()
    }

    @Test func `either side may be away: each alarm arrives once, in order`() throws {
        var running = try forward()
        try place.raise(3)
        running.forwarder.wake()
        // Nobody is there yet.
        var gate = try open { message, _ in message.seq == 1 ? .take : .drop }
        try #require(eventually { running.forwarder.status.counts.answered == 3 })
        let first = try ids(gate.door)
        try place.raise(2)
        running.forwarder.wake()
        try #require(eventually { gate.door.seen.contains { $0.seq == 2 } })
        try running.stop()
        try gate.close()
        try place.raise(2)
        // The door has the second message, whose answer was lost.
        gate = try open(mark: (1, 2))
        running = try forward()
        try #require(eventually { running.forwarder.status.counts.answered == 7 })
        #expect(first + (try ids(gate.door)) == Self.expected(1...3) + Self.expected(6...7))
        #expect(running.forwarder.status.counts.acknowledged == "7.0 row7")
        try running.stop()
        try gate.close()
    }

    /// Three alarms that were forwarded by a forwarder that has ended.
    private func forwardThree() throws {
        let running = try forward()
        try place.raise(3)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 3 })
        #expect(Forwarder.position(of: running.forwarder.status.counts) == "3.0")
        try running.stop()
    }

    @Test func `what waits in the store is still told after a restart with nobody above`() throws {
        let gate = try open()
        try forwardThree()
        try gate.close()
        try place.raise(4)
        let running = try forward()
        try #require(eventually { running.forwarder.status.counts.answered == 3 })
        #expect(eventually { running.forwarder.status.sealedSequence == 3 })
        try running.stop()
    }

    @Test func `a store made anew tells nothing a second time`() throws {
        let gate = try open()
        try forwardThree()
        try place.replaceStore(epoch: "8a3b")
        let running = try forward()
        try place.raise(5)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 5 })
        #expect(try ids(gate.door) == Self.expected(1...5))
        try running.stop()
        try gate.close()
    }

    @Test func `another journal that has come to the same positions is not taken for the one that was forwarded`()
        throws
    {
        let gate = try open()
        try forwardThree()
        try place.replaceStore(epoch: "8a3b")
        try place.raise(5)
        var running = try forward(row: { "other\($0)" })
        try #require(
            eventually {
                running.forwarder.status.trouble?.contains("position 3 of a journal that is not this") == true
            })
        #expect(try ids(gate.door) == Self.expected(1...3))
        try running.stop()
        // A row that is pruned says nothing.
        running = try forward(row: { _ in nil })
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 5 })
        try running.stop()
        try gate.close()
    }

    @Test(arguments: ["0.", "3:0", "3.0 a b"])
    func `a spool that does not say where it has come to is told`(changed: String) throws {
        let gate = try open()
        try forwardThree()
        #expect(try Spool(path: spool, stream: "d", maximumBytes: 1000).append([], sealed: changed))
        try place.raise(1)
        let running = try forward()
        try #require(eventually { running.forwarder.status.trouble?.contains("says \"\(changed)\" where") == true })
        try running.stop()
        try gate.close()
    }

    /// The door above would refuse it for good, and nobody would hear of the alarm.
    @Test func `an alarm whose key is no subject goes without one`() throws {
        let gate = try open()
        let running = try forward()
        let long = String(repeating: "键", count: 100)
        for key in ["shop 7", "13812345678", long] { try place.raise(key: key) }
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 3 })
        let events = try gate.door.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(events.map { $0["subject"] as? String } == ["shop 7", nil, nil])
        let keys = events.map { ($0["data"] as? [String: Any])?["key"] as? String }
        #expect(keys == ["shop 7", nil, String(repeating: "键", count: 85)])
        try running.stop()
        try gate.close()
    }

    @Test func `what was told before forwarding began stays here`() throws {
        try place.raise(2)
        let gate = try open()
        let running = try forward()
        try place.raise(1)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 1 })
        #expect(try ids(gate.door) == ["3.0"])
        try running.stop()
        try gate.close()
    }

    @Test func `what is told after the first start is forwarded, though it ended before anything was sent`() throws {
        try place.raise(2)
        _ = try make()
        try place.raise(1)
        let gate = try open()
        let running = try forward()
        try #require(eventually { running.forwarder.status.counts.answered == 1 })
        #expect(try ids(gate.door) == ["3.0"])
        try running.stop()
        try gate.close()
    }

    /// Degraded only, what is told until the next start would be passed over by it.
    @Test func `forwarding that cannot begin is an error each time, and one that has begun waits`() throws {
        try place.raise()
        func expectNoBeginning(_ reason: String, row: @escaping @Sendable (Int64) throws -> String? = { _ in nil }) {
            let failure = #expect(throws: SendFailure.self) { try make(row: row) }
            #expect(failure.map { "\($0)" }?.contains("cannot begin (\(reason)") == true, "\(failure as Any)")
        }
        try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: false)
        for _ in 1...2 { expectNoBeginning(spool) }
        try FileManager.default.removeItem(atPath: spool)
        for _ in 1...2 { expectNoBeginning("stopped", row: { _ in throw SendFailure.stopped }) }
        // A link to a disk that is not there now, and a log whose file is gone, are nothing to begin over.
        try FileManager.default.createSymbolicLink(atPath: spool, withDestinationPath: spool + ".away/forward.sqlite")
        for _ in 1...2 { expectNoBeginning("\(spool) is a link to nothing") }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: spool).hasSuffix(".away/forward.sqlite"))
        try FileManager.default.removeItem(atPath: spool)
        try Data(repeating: 0x58, count: 5000).write(to: URL(fileURLWithPath: spool + "-wal"))
        for _ in 1...2 { expectNoBeginning("forward.sqlite-wal is there without") }
        try FileManager.default.removeItem(atPath: spool + "-wal")
        try forward().stop()
        try Data(repeating: 0x58, count: 5000).write(to: URL(fileURLWithPath: spool))
        let running = try forward()
        #expect(eventually { running.forwarder.status.trouble?.contains("cannot be used") == true })
        try running.stop()
    }

    @Test func `only the area and what has none, only the level and above`() throws {
        let gate = try open()
        let running = try forward(area: "320213", level: .orange)
        for area in ["320213021000", "320200000000", "", "320214001000", "320213000000"] { try place.raise(area: area) }
        try place.raise(area: "320213021000", peak: .yellow)
        try place.raise(area: "320213021000", exercise: true)
        try place.raise(area: "320213021000")
        running.forwarder.wake()
        try #require(
            eventually {
                running.forwarder.status.counts.sealed == "8.0 row8" && running.forwarder.status.counts.events == 0
            })
        #expect(try ids(gate.door) == ["1.0", "3.0", "5.0", "8.0"])
        #expect(running.forwarder.status.sealedSequence == 8)
        try running.stop()
        try gate.close()
    }

    @Test func `another sender's stream is not gone on with`() throws {
        let gate = try open(mark: (1, 5))
        let running = try forward()
        try place.raise()
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.trouble?.contains("was sent before") == true })
        #expect(gate.door.seen.isEmpty)
        try running.stop()
        try gate.close()
    }

    @Test func `an event says whose it is and what the alarm was, and which platforms the matter has passed`() throws {
        let gate = try open()
        let running = try forward(via: { $0 == 1 ? "/street" : nil })
        try place.raise(2)
        running.forwarder.wake()
        try #require(eventually { running.forwarder.status.counts.answered == 2 })
        let events = try gate.door.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(events.map { $0["via"] as? String } == ["/street /d", "/d"])
        let keys = ["specversion", "id", "source", "type", "subject", "time"]
        let attributes = keys.map { events[0][$0] as? String }
        #expect(attributes == ["1.0", "1.0", "/d", "report", "s-1", "2026-07-01T08:15:00+08:00"])
        let data = try #require(events[0]["data"] as? [String: Any])
        #expect(data["category"] as? String == "alarm" && data["area"] as? String == "320213021000")
        #expect(data["transition"] as? String == "raised" && data["level"] as? String == "orange")
        #expect(data["rank"] as? Int == 3 && data["title_zh"] as? String == "题")
        try running.stop()
        try gate.close()
    }
}
