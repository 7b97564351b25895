import Events
import Foundation
import Messaging
import TestSupport

/// Three departments that each send what the platform can take at most, while one sends single events and hears its alarms.
struct Overload {
    /// Events a second: of one department that keeps 64 messages in flight, alone; taken by the sockets of those that have three
    /// times as much, whose rest waits with them, and acknowledged.
    private(set) var capacity = 0.0
    private(set) var sent = 0.0
    private(set) var acknowledged = 0.0
    /// Milliseconds until the answers of what was accepted.
    private(set) var waits: [Double] = []
    /// Of the department apart: milliseconds until the answer and until the alarm, and how often it was told to come again.
    private(set) var answers: [Double] = []
    private(set) var alarms: [Double] = []
    private(set) var busy = 0
    private(set) var residentBytes = 0

    init(in directory: String) throws {
        let platform = try PlatformProcess(directory + "/overload")
        func line(_ name: String) -> @Sendable (Int) -> String {
            { event in
                let time = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)).formatted()
                return """
                    {"id":"\(name)-\(Flood.id)","source":"/bench/\(name)","subject":"\(name)-\(event)","time":"\(time)",\
                    "area":"320206001","metric":"\(BenchRules.metric(event % BenchRules.metrics))","value":20.5,"unit":"u"}
                    """
            }
        }
        let alone = Flood(platform.ingest, window: Bounds.inFlight, line: line("alone"))
        Thread.sleep(forTimeInterval: Bounds.overloadSeconds)
        let before = alone.now
        _ = alone.stop()
        capacity = Double(before.accepted * Flood.events) / Bounds.overloadSeconds

        let rate = capacity / Double(Flood.events)
        let floods = (0..<3).map { Flood(platform.ingest, rate: rate, yields: true, line: line("flood-\($0)")) }
        let begun = Clocks.wall()
        try probe(platform, until: begun + Bounds.overloadSeconds)
        let seconds = Clocks.wall() - begun
        let during = floods.map(\.now)
        guard during.allSatisfy(\.other.isEmpty) else {
            throw StreamSender.Failure(description: "refused: \(during.flatMap(\.other)[0])")
        }
        sent = Double(during.reduce(0) { $0 + $1.sent } * Flood.events) / seconds
        acknowledged = Double(during.reduce(0) { $0 + $1.accepted } * Flood.events) / seconds
        waits = during.flatMap(\.waits).map { $0 * 1000 }.sorted()
        for flood in floods { _ = flood.stop() }
        try platform.stop()
    }

    private mutating func probe(_ platform: PlatformProcess, until end: Double) throws {
        let context = Context()
        var options = SocketOptions()
        options.receiveTimeout = Int32(Bounds.patience * 1000)
        let client = try Socket(context.handle, .req, options)
        try client.connect(platform.ingest)
        let subscriber = try Socket(context.handle, .sub, options)
        try subscriber.connect(platform.feed)
        try subscriber.subscribe("alarm/domain/")
        var frames = Frames()
        var number = 0
        while Clocks.wall() < end {
            let started = Clocks.wall()
            guard client.send(event(number), wait: true) == .sent,
                frames.receive(from: client, wait: true) == .message
            else { throw StreamSender.Failure(description: "no answer in the flood") }
            residentBytes = max(residentBytes, platform.residentBytes)
            guard frames.string(0).hasPrefix("{\"ok\":true") else {
                busy += 1
                Thread.sleep(forTimeInterval: Double(Limits.retryMilliseconds) / 1000)
                continue
            }
            answers.append((Clocks.wall() - started) * 1000)
            // The first may come before the subscription is there.
            if number > 0 {
                guard frames.receive(from: subscriber, wait: true) == .message else {
                    throw StreamSender.Failure(description: "no alarm in the flood")
                }
                alarms.append((Clocks.wall() - started) * 1000)
            } else {
                Thread.sleep(forTimeInterval: 1)
                while frames.receive(from: subscriber) == .message {}
            }
            number += 1
        }
    }

    /// Every event changes the level of the plain rule on metric 8.
    private func event(_ number: Int) -> String {
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        return """
            {"id":"p-\(number)","source":"/bench/one","subject":"P-1","time":"\(now.formatted())","area":"320206001",\
            "metric":"\(BenchRules.metric(8))","value":\(number % 2 == 0 ? 90 : 10),"unit":"u"}
            """
    }
}
