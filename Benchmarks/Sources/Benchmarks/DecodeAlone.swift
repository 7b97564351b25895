import Events
import Foundation
import Ingest
import Messaging
import Synchronization

/// The door without a journal: a writer completes every batch at once, and the ingest thread's own time is counted.
enum DecodeAlone {
    /// Nanoseconds of the ingest thread for an event: receive, parse, judge, append to columns, answer.
    static func run(_ messages: [[UInt8]]) throws -> Samples {
        var cost = Samples()
        for _ in 0..<Bounds.runs { cost.add(try once(messages) / Double(messages.count * Bounds.messageEvents) * 1e9) }
        return cost
    }

    private static func once(_ messages: [[UInt8]]) throws -> Double {
        var settings = IngestServer.Settings(department: Department(id: "bench"))
        settings.endpoint = "tcp://127.0.0.1:*"
        let queue = CommitQueue()
        let server = IngestServer(
            settings: settings, view: view, queue: queue, clock: { Timestamp(seconds: 4_000_000_000) })
        let context = Context()
        let computed = Mutex(0.0)
        let writer = try DedicatedThread("writer") {
            var next: Int64 = 1
            while let requests = queue.take(timeout: .seconds(1)) {
                for request in requests {
                    queue.complete(request.ticket, position: next, received: Timestamp(seconds: 0))
                    next += Int64(request.entry.positions)
                }
            }
        }
        let ingest = try DedicatedThread("ingest") { [handle = context.handle] in
            var started = 0.0
            try server.run(context: handle) { _ in started = Clocks.thread() }
            let used = Clocks.thread() - started
            computed.withLock { $0 = used }
        }
        while server.endpoint.isEmpty { sched_yield() }
        var sender = try StreamSender(context.handle, server.endpoint)
        _ = try sender.send(messages)
        server.stop()
        try ingest.join()
        queue.close()
        try writer.join()
        return computed.withLock { $0 }
    }

    private static var view: IngestView {
        let names = (0..<BenchRules.metrics).map(BenchRules.metric)
        return IngestView(
            metrics: names.map { Metric(name: $0, zh: "", unit: "u", plausible: -100...1000) },
            read: names.map { .init(type: "reading", metric: $0) })
    }
}
