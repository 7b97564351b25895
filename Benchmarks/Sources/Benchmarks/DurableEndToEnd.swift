import Foundation
import Messaging

/// The same messages through the bare loop and through a platform, in turn: the ratio of the product's promise.
struct DurableEndToEnd {
    private(set) var bare = Samples()
    private(set) var acknowledged = Samples()
    private(set) var applied = Samples()
    private(set) var ratio = Samples()
    /// CPU microseconds of the platform for an event, over all its threads.
    private(set) var computed = Samples()
    /// CPU seconds for an event by the names of its threads.
    private(set) var threads: [String: Samples] = [:]
    let bytesPerEvent: Int

    /// Leaves the last run's directory as a kill -9 left it, for the measure of a restart.
    init(in directory: String, _ load: Load, runs: Int = Bounds.runs) throws {
        let messages = load.messages(0..<Bounds.durableMessages)
        bytesPerEvent = messages[0].count / Bounds.messageEvents
        for run in 0..<runs {
            let reference = try BareLoop.run(messages)
            bare.add(reference)
            let platform = try PlatformProcess("\(directory)/durable-\(run)")
            try measure(platform, messages, reference)
            platform.kill()
            if run < runs - 1 { try FileManager.default.removeItem(atPath: platform.directory) }
        }
    }

    private mutating func measure(_ platform: PlatformProcess, _ messages: [[UInt8]], _ reference: Double) throws {
        let context = Context()
        var sender = try StreamSender(context.handle, platform.ingest)
        let computedBefore = platform.computedSeconds
        let threadsBefore = platform.threadSeconds
        let started = Clocks.wall()
        let last = try sender.send(messages)
        let acknowledgedAt = Clocks.wall()
        try platform.awaitApplied(try position(last))
        let appliedAt = Clocks.wall()
        let events = Double(messages.count * Bounds.messageEvents)
        acknowledged.add(events / (acknowledgedAt - started))
        applied.add(events / (appliedAt - started))
        ratio.add(events / (appliedAt - started) / reference)
        computed.add((platform.computedSeconds - computedBefore) / events * 1e6)
        for (thread, seconds) in platform.threadSeconds {
            threads[thread, default: Samples()].add((seconds - threadsBefore[thread, default: 0]) / events)
        }
    }
}

/// The journal position in an answer.
func position(_ answer: String) throws -> Int64 {
    struct Answer: Decodable { var position: Int64 }
    return try JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).position
}
