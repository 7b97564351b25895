import CSimulation
import Delivery
import Messaging

/// A subscriber of the feed in a process that may be killed; its place is kept with what it has taken.
final class SimulatedConsumer: @unchecked Sendable {
    let topics: [String]
    private let feed: String
    private let history: String
    private var process: Int32 = 0
    private(set) var taken: [(seq: Int64, body: String)] = []
    private var place: FeedPlace?
    private var isStopping = false
    private(set) var failure: String?

    init(topics: [String], feed: String, history: String) {
        (self.topics, self.feed, self.history) = (topics, feed, history)
    }

    func start() { process = Machine.spawn { self.run() } }

    func kill() { sim_kill(process) }

    func keepRunning() {
        if !isStopping, failure == nil, !sim_is_running(process) { start() }
    }

    func stop() {
        isStopping = true
        while sim_is_running(process) { Machine.sleep(seconds: 0.1) }
    }

    private func run() {
        do {
            let context = Context()
            var consumer = try FeedConsumer(
                context.handle, feed: feed, history: history, topics: topics,
                start: place.map { .after($0) } ?? .beginning)
            try consumer.run(
                until: { self.isStopping },
                onNotice: { received in
                    self.taken.append((received.seq, received.body))
                    self.place = received.place
                })
        } catch {
            failure = "a consumer of \(topics): \(error)"
        }
    }
}
