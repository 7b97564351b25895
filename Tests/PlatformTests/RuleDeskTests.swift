import CivilTime
import Engine
import Events
import Foundation
import Ingest
import Synchronization
import Testing

@testable import Platform

/// One proposal at a time, each judged against what the one before it will have made of the rules.
struct RuleDeskTests {
    private static func set(_ version: String, zones: [ZoneTable] = []) -> RuleSet {
        let rule = Rule(
            id: "r", title: .init(zh: "", en: ""), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: [.init(level: .red, at: .number(1))])
        return RuleSet(rules: [rule], version: version, zones: zones)
    }

    /// Makes what waits at the door durable from `position` on, and gives the versions proposed.
    private static func commit(_ door: CommitQueue, from position: Int64) throws -> [String] {
        let requests = try #require(door.take(atMost: 10, timeout: .seconds(30)))
        var versions: [String] = []
        for (index, request) in requests.enumerated() {
            guard case .ruleSet(let bytes) = request.entry else { continue }
            versions.append(try RuleSet(decoding: bytes).version)
            door.complete(request.ticket, position: position + Int64(index), received: Timestamp(seconds: 1))
        }
        return versions
    }

    @Test func `who waits for an engine that has failed hears so at once`() throws {
        let door = CommitQueue()
        let desk = RuleDesk(door: door, metrics: [], patience: .seconds(600))
        desk.note(applied: Self.set("a"), .empty, at: 1)
        let outcomes = Outcomes()
        Thread.detachNewThread { outcomes.add(Result { try desk.propose(Self.set("b"), nil) }) }
        #expect(try Self.commit(door, from: 2) == ["b"])
        desk.close()
        #expect {
            _ = try outcomes.wait(for: 1)
        } throws: {
            "\($0)" == "the platform is stopping: see what runs after its next start"
        }
        let requests = RequestDesk(door: door, patience: .seconds(600))
        requests.close()
        let request = OperatorRequest(key: "k", actor: "li", note: "", act: .acknowledge(episode: .init("1.0")!))
        #expect {
            try requests.ask(request)
        } throws: {
            "\($0)" == "the platform is stopping: repeat with --key k"
        }
    }

    @Test func `going back to the running set while another is on its way is not taken for nothing to do`() throws {
        let door = CommitQueue()
        let desk = RuleDesk(door: door, metrics: [], patience: .seconds(3))
        let (a, b) = (Self.set("a"), Self.set("b"))
        desk.note(applied: a, .empty, at: 1)
        let outcomes = Outcomes()
        let taken = Mutex(0)
        Thread.detachNewThread { outcomes.add(Result { try desk.propose(b, nil) { taken.withLock { $0 += 1 } } }) }
        #expect(try Self.commit(door, from: 2) == ["b"])
        #expect(throws: PlatformError.self) { _ = try outcomes.wait(for: 1) }
        #expect(taken.withLock { $0 } == 1)
        // b is durable and the engine has not come to it: to ask for a is to ask for a change.
        Thread.detachNewThread { outcomes.add(Result { try desk.propose(a, nil) }) }
        #expect(door.take(atMost: 10, timeout: .milliseconds(200))?.isEmpty == true)
        desk.note(applied: b, .empty, at: 2)
        #expect(try Self.commit(door, from: 3) == ["a"])
        desk.note(applied: a, .empty, at: 3)
        #expect(try outcomes.wait(for: 1).map(\.previous) == ["b"])
    }

    @Test func `what is not durable in time is not taken, and what was refused is not appended`() throws {
        let door = CommitQueue()
        let desk = RuleDesk(door: door, metrics: [], patience: .milliseconds(100))
        desk.note(applied: Self.set("a"), .empty, at: 1)
        var taken = 0
        #expect {
            _ = try desk.propose(by: nil) {
                taken += 1
            } choose: { (running) throws(PlatformError) in
                throw .configuration("unfit for \(running.ruleSet.version)")
            }
        } throws: { "\($0)".contains("unfit for a") }
        #expect(door.take(atMost: 10, timeout: .zero)?.isEmpty == true)
        #expect(throws: PlatformError.self) { _ = try desk.propose(Self.set("b"), nil) { taken += 1 } }
        #expect(taken == 0)
    }

    @Test func `what is chosen by what runs is chosen once nothing is on its way`() throws {
        let door = CommitQueue()
        let desk = RuleDesk(door: door, metrics: [], patience: .seconds(60))
        desk.note(applied: Self.set("a"), .empty, at: 1)
        let outcomes = Outcomes()
        Thread.detachNewThread { outcomes.add(Result { try desk.propose(Self.set("b"), nil) }) }
        #expect(try Self.commit(door, from: 2) == ["b"])
        let seen = Mutex("")
        Thread.detachNewThread {
            outcomes.add(
                Result {
                    try desk.propose(by: nil, taken: {}) { (running) throws(PlatformError) in
                        seen.withLock { $0 = running.ruleSet.version }
                        return (Self.set("c"), nil)
                    }
                })
        }
        #expect(door.take(atMost: 10, timeout: .milliseconds(200))?.isEmpty == true)
        #expect(seen.withLock { $0 }.isEmpty)
        desk.note(applied: Self.set("b"), .empty, at: 2)
        #expect(try Self.commit(door, from: 3) == ["c"])
        desk.note(applied: Self.set("c"), .empty, at: 3)
        #expect(try outcomes.wait(for: 2).map(\.previous).sorted() == ["a", "b"])
        #expect(seen.withLock { $0 } == "b")
    }

    @Test func `the same files under other zone tables are another set`() throws {
        let desk = RuleDesk(door: CommitQueue(), metrics: [])
        func zone(_ hours: Int) -> ZoneTable {
            ZoneTable(name: "Asia/Shanghai", initialOffsetSeconds: hours * 3600, transitions: [])
        }
        desk.note(applied: Self.set("a", zones: [zone(8)]), .empty, at: 1)
        #expect(try desk.entries(for: Self.set("a", zones: [zone(8)]), nil, by: nil).isEmpty)
        #expect(try desk.entries(for: Self.set("a", zones: [zone(9)]), nil, by: nil).count == 1)
    }

    @Test func `files that hold nothing replace nothing, and that is shown until they hold something`() throws {
        let desk = RuleDesk(door: CommitQueue(), metrics: [])
        let registry = Registry(subjects: [.init(id: "TK-1")])
        desk.note(applied: Self.set("a"), registry, at: 1)
        #expect(throws: PlatformError.self) { try desk.entries(for: Self.set("a"), .empty, by: nil) }
        #expect(desk.now.complaint?.contains("missing or has no subject, 1 are registered") == true)
        #expect(throws: PlatformError.self) { try desk.entries(for: .empty, registry, by: nil) }
        #expect(desk.now.complaint?.contains("no rule, 1 are running") == true)
        #expect(try desk.entries(for: Self.set("a"), registry, by: nil).isEmpty)
        #expect(desk.now.complaint == nil)
    }

    @Test func `the running set is journaled again where only its clock or tolerances differ`() throws {
        let desk = RuleDesk(door: CommitQueue(), metrics: [])
        let wanted = Timing(clock: .events, maxFuture: .seconds(7), idleTimeout: .seconds(9))
        #expect(desk.entry(for: wanted) == nil)
        let named = RuleSet.Activation(by: "li", why: "flood season")
        desk.note(applied: Self.set("a").activated(named, timing: Timing()), .empty, at: 1)
        #expect(desk.entry(for: Timing()) == nil)
        guard case .ruleSet(let bytes)? = desk.entry(for: wanted) else { throw PlatformError.start("no entry") }
        let again = try RuleSet(decoding: bytes)
        #expect((again.version, again.timing, again.activation) == ("a", wanted, named))
    }

    @Test func `what the journal refuses is said, and the next proposal is taken`() throws {
        let door = CommitQueue()
        let desk = RuleDesk(door: door, metrics: [])
        desk.note(applied: Self.set("a"), .empty, at: 1)
        let outcomes = Outcomes()
        // What goes with the rules, the catalogue, is not taken before them.
        let taken = Mutex(0)
        Thread.detachNewThread {
            outcomes.add(Result { try desk.propose(Self.set("b"), nil) { taken.withLock { $0 += 1 } } })
        }
        let request = try #require(door.take(atMost: 10, timeout: .seconds(30))?.first)
        door.fail(request.ticket, reason: "no room")
        #expect {
            _ = try outcomes.wait(for: 1)
        } throws: { "\($0)".contains("no room") }
        #expect(taken.withLock { $0 } == 0)
        Thread.detachNewThread {
            outcomes.add(Result { try desk.propose(Self.set("b"), nil) { taken.withLock { $0 += 1 } } })
        }
        #expect(try Self.commit(door, from: 2) == ["b"])
        desk.note(applied: Self.set("b"), .empty, at: 2)
        #expect(try outcomes.wait(for: 1).map(\.changed) == [1])
        #expect(taken.withLock { $0 } == 1)
    }

    /// What proposals on other threads came to, in the order in which they ended.
    private final class Outcomes: @unchecked Sendable {
        // @unchecked: `results` is read and written under `condition`.
        private let condition = NSCondition()
        private var results: [Result<RuleDesk.Outcome, any Error>] = []

        func add(_ result: Result<RuleDesk.Outcome, any Error>) {
            condition.withLock {
                results.append(result)
                condition.broadcast()
            }
        }

        /// Takes them once there are so many.
        func wait(for count: Int) throws -> [RuleDesk.Outcome] {
            try condition.withLock {
                let deadline = Date(timeIntervalSinceNow: 60)
                while results.count < count, condition.wait(until: deadline) {}
                defer { results = [] }
                return try results.map { try $0.get() }
            }
        }
    }
}
