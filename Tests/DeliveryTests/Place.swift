import AlertStore
import Engine
import Events
import Foundation
import Messaging
import TestSupport
import Testing

@testable import Delivery

/// A store and a running feed in a directory of their own, gone with their owner.
final class Place {
    let directory: String
    let context = Context()
    private(set) var path: String
    private(set) var store: AlertStore
    private(set) var running: Running?
    private var position: Int64 = 0

    /// A feed on a thread, with a context of its own: once that is gone, nobody listens any more.
    struct Running: ~Copyable {
        let feed: Feed
        let thread: DedicatedThread
        private let context: Context

        init(_ feed: Feed, _ context: consuming Context) throws {
            self.feed = feed
            self.context = context
            thread = try DedicatedThread("feed") { try feed.run() }
        }

        consuming func stop() throws {
            feed.stop()
            try thread.join()
        }
    }

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "feed-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        path = directory + "/alerts.sqlite"
        store = try AlertStore(path: path, newEpoch: "7f3a")
    }

    deinit {
        do { try stop() } catch { Issue.record(error) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Unix sockets: short buffers in the kernel, and the same place after a restart.
    var endpoints: (feed: String, history: String) { ("ipc://\(directory)/feed", "ipc://\(directory)/history") }

    @discardableResult
    func start(
        queuedMessages: Int32 = FeedBounds.queuedMessages, subscriptionBytes: Int = FeedBounds.subscriptionBytes,
        feed endpoint: String? = nil
    ) throws -> Feed {
        let own = Context()
        let feed = try Feed(
            own.handle, store: store, path: path, feed: endpoint ?? endpoints.feed, history: endpoints.history,
            queuedMessages: queuedMessages, subscriptionBytes: subscriptionBytes)
        running = try Running(feed, own)
        try #require(eventually { feed.endpoints != nil })
        return feed
    }

    func stop() throws {
        if let running = running.take() { try running.stop() }
    }

    func bodies() throws -> [String] { try AlertReader(path: path).notices(since: 0).notices.map(\.body) }

    /// Stops the feed and makes the store anew.
    func replaceStore(epoch: String) throws {
        try stop()
        path = directory + "/second.sqlite"
        store = try AlertStore(path: path, newEpoch: epoch)
        position = 0
    }

    /// Commits one turn of `count` alarms, each of an own subject, and tells the feed.
    func raise(
        _ count: Int = 1, domain: String = "gas", area: String = "320213021000", peak: Level = .orange,
        exercise: Bool = false, wake: Bool = true, key: String? = nil
    ) throws {
        var rule = Rule(
            id: "rule-\(domain)", title: .init(zh: "题", en: "title"), domain: domain,
            message: .init(zh: "超限", en: "over"), input: .init(type: "reading", metric: "gas.lel", unit: "%LEL"),
            values: [.init(name: "value", kind: .reading)], ladder: [])
        rule.version = "sha256:1"
        let decisions = try (1...count).map { number in
            var decision = try Self.decision(position + Int64(number), rule: rule, area: area)
            (decision.level, decision.peak, decision.exercise) = (peak, peak, exercise)
            if let key { (decision.key, decision.subject) = (key, "") }
            return decision
        }
        let turn = Turn(
            positions: position + 1...position + Int64(count), decisions: decisions,
            ruleSet: RuleSet(rules: [rule], version: "sha256:set"), registry: .empty, received: Self.at)
        position += Int64(count)
        try store.commit(turn)
        if wake { running?.feed.wake() }
    }

    /// 2026-07-01T08:15:00+08:00
    private static let at = Timestamp(seconds: 1_782_864_900)

    private static func decision(_ position: Int64, rule: Rule, area: String) throws -> Decision {
        var blank = [UInt8](repeating: 0, count: 12 + 12 + 8 * 4 + 4 + 2)
        blank += [1] + [UInt8](repeating: 0, count: 5 * 8 + 3 * 8 + 8 + 2)
        var decision = try Decision(decoding: blank)
        decision.id = .init(position: position, ordinal: 0)
        decision.episode = decision.id
        (decision.rule, decision.ruleVersion) = (rule.id, rule.version)
        (decision.transition, decision.reason) = (.raised, .none)
        (decision.level, decision.peak) = (.orange, .orange)
        (decision.key, decision.subject, decision.area) = ("s-\(position)", "s-\(position)", area)
        (decision.valueName, decision.value, decision.threshold) = ("value", 31.5, 25)
        (decision.startedAt, decision.at, decision.decidedAt) = (at, at, at)
        (decision.source, decision.eventID, decision.eventPosition) = ("gw", "e-\(position)", position)
        return decision
    }
}
