import Events
import Foundation
import Histogram
import Messaging

/// Single events into an idle platform: until the answer, and until the alarm on a subscriber's socket.
struct SingleEventLatency {
    /// Microseconds.
    private(set) var answers = Histogram<UInt64>(highestTrackableValue: 60_000_000)
    private(set) var alarms = Histogram<UInt64>(highestTrackableValue: 60_000_000)
    let hasFeed: Bool

    init(in directory: String) throws {
        let platform = try PlatformProcess(directory + "/latency")
        hasFeed = !platform.feed.isEmpty
        let context = Context()
        var options = SocketOptions()
        options.receiveTimeout = 5000
        let client = try Socket(context.handle, .req, options)
        try client.connect(platform.ingest)
        let subscriber = try Socket(context.handle, .sub, options)
        if hasFeed {
            try subscriber.connect(platform.feed)
            try subscriber.subscribe("alarm/domain/")
            usleep(300_000)
        }
        var frames = Frames()
        let deadline = Clocks.wall() + Bounds.latencySeconds
        for number in 0..<Bounds.latencyEvents where Clocks.wall() < deadline {
            let started = Clocks.wall()
            guard client.send(event(number), wait: true) == .sent,
                frames.receive(from: client, wait: true) == .message, frames.string(0).hasPrefix("{\"ok\":true")
            else { throw StreamSender.Failure(description: "a single event was not taken") }
            _ = answers.record(UInt64((Clocks.wall() - started) * 1e6))
            guard hasFeed else { continue }
            guard frames.receive(from: subscriber, wait: true) == .message else {
                throw StreamSender.Failure(description: "no alarm came for event \(number)")
            }
            _ = alarms.record(UInt64((Clocks.wall() - started) * 1e6))
        }
        try platform.stop()
    }

    /// Every event changes the level of the plain rule on metric 8, so every event makes one alarm.
    private func event(_ number: Int) -> String {
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        return """
            {"id":"l-\(number)","source":"/bench/one","subject":"L-1","time":"\(now.formatted())","area":"320206001",\
            "metric":"\(BenchRules.metric(8))","value":\(number % 2 == 0 ? 90 : 10),"unit":"u"}
            """
    }
}
