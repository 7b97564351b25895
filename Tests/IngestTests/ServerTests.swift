import CZeroMQ
import Events
import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import Ingest

/// A server on a free port with a writer thread whose commits the test can hold back.
final class Served: Sendable {
    let queue = CommitQueue()
    let server: IngestServer
    private let open = Mutex(true)
    private let position = Mutex<Int64>(1)
    /// How often the door has looked at the clock: once a round.
    private let looks = Monitor(0)

    var rounds: Int { looks.withLock { $0 } }
    private let finished = DispatchSemaphore(value: 0)

    init(lossy: String? = nil) throws {
        var settings = IngestServer.Settings(department: Department(id: "housing"))
        settings.endpoint = "tcp://127.0.0.1:*"
        settings.lossyEndpoint = lossy
        settings.duplicateWindow = 100_000
        let view = IngestView(metrics: Bench.metrics, read: [.init(type: "reading", metric: "gas.lel")])
        let looks = looks
        server = IngestServer(settings: settings, view: view, queue: queue) {
            looks.change { $0 += 1 }
            return Bench.now
        }
        let (server, finished) = (server, finished)
        Thread.detachNewThread {
            let context = Context()
            try! server.run(context: context.handle)
            finished.signal()
        }
        Thread.detachNewThread { [weak self] in
            while let served = self, let requests = served.queue.take(timeout: .milliseconds(50)) {
                for request in requests { served.commit(request) }
            }
        }
        try #require(eventually { !server.endpoint.isEmpty })
    }

    private func commit(_ request: CommitQueue.Request) {
        _ = eventually { self.open.withLock { $0 } }
        let at = position.withLock { position in
            defer { position += Int64(request.entry.positions) }
            return position
        }
        queue.complete(request.ticket, position: at, received: Bench.now)
    }

    func hold(_ held: Bool) { open.withLock { $0 = !held } }

    func stop() {
        hold(false)
        server.stop()
        finished.wait()
        queue.close()
    }
}

@Suite(.serialized) struct ServerTests {
    @Test func `a REQ client sends JSON and reads what became of it`() throws {
        let served = try Served()
        for correlate in [false, true] {
            let client = Client(ZMQ_REQ, served.server.endpoint, correlate: correlate)
            client.send(Bench.event([("id", "\"\(correlate)\"")]))
            let answer = try #require(client.answer())
            #expect(answer["ok"] as? Bool == true && answer["accepted"] as? Int == 1)
            #expect(answer["received"] as? String == "2026-07-01T08:15:00+08:00")
            client.send(Bench.event([("unit", "\"%VOL\"")]))
            #expect(client.answer()?["rejected"] as? Int == 1)
        }
        served.stop()
    }

    @Test func `nothing is acknowledged before its commit`() throws {
        let served = try Served()
        let client = Client(ZMQ_DEALER, served.server.endpoint)
        served.hold(true)
        client.send(Bench.event())
        #expect(client.answer(within: 300) == nil)
        served.hold(false)
        #expect(client.answer()?["position"] as? Int == 1)
        served.stop()
    }

    @Test func `a stream goes on after a reconnect from its mark`() throws {
        let served = try Served()
        func header(_ seq: Int) -> String { "{\"stream\":\"s\",\"epoch\":1,\"seq\":\(seq)}" }
        do {
            let client = Client(ZMQ_DEALER, served.server.endpoint)
            for seq in 1...50 { client.send(header(seq), Bench.event([("id", "\"\(seq)\"")])) }
            for seq in 1...50 { #expect(client.answer()?["ack"] as? Int == seq) }
        }
        let client = Client(ZMQ_DEALER, served.server.endpoint)
        client.send(#"{"op":"resume","stream":"s"}"#)
        let mark = try #require(client.answer())
        #expect(mark["seq"] as? Int == 50 && mark["credit"] as? Int == Limits.streamCredit)
        client.send(header(50), Bench.event())
        #expect(client.answer()?["accepted"] as? Int == 0)
        client.send(header(51), Bench.event([("id", "\"51\"")]))
        #expect(client.answer()?["ack"] as? Int == 51)
        served.stop()
    }

    @Test func `frames of any number and size leave the next sender served`() throws {
        let served = try Served()
        let odd = Client(ZMQ_DEALER, served.server.endpoint)
        odd.send([[UInt8]](repeating: [1, 2, 3], count: 4))
        #expect(odd.answer()?["code"] as? String == "bad_frames")
        // Of so many only the first are kept: enough to answer.
        odd.send([[UInt8]](repeating: [1, 2, 3], count: 100))
        #expect(odd.answer()?["code"] as? String == "bad_frames")
        odd.send([UInt8]())
        #expect(odd.answer()?["rejected"] as? Int == 1)
        odd.send([UInt8](repeating: 0xFF, count: 1 << 20))
        #expect(odd.answer()?["ok"] as? Bool == false)
        odd.send([UInt8](repeating: 0x20, count: Limits.messageBytes + 2048))
        #expect(odd.answer()?["code"] as? String == "message_too_large")
        odd.send([UInt8](repeating: 0x5B, count: Limits.frameBytes + 1))
        #expect(odd.answer(within: 300) == nil)
        for correlate in [false, true] {
            let good = Client(ZMQ_REQ, served.server.endpoint, correlate: correlate)
            good.send([UInt8](repeating: 0x20, count: Limits.messageBytes + 2048))
            #expect(good.answer()?["code"] as? String == "message_too_large")
            good.send(Bench.event([("id", "\"\(correlate)\"")]))
            #expect(good.answer()?["ok"] as? Bool == true)
        }
        served.stop()
    }

    @Test func `a stop waits for a sender that has yet to read its answers`() throws {
        let served = try Served()
        let context = Context()
        var options = SocketOptions()
        options.receiveHighWater = 1
        options.receiveTimeout = 5000
        let sender = try Socket(context.handle, .dealer, options)
        try sender.connect(served.server.endpoint)
        // More answers than the network and libzmq's queues hold: each names twenty refused events.
        let count = 3000
        let bodies = String(repeating: "{}\n", count: 20)
        for _ in 0..<count { _ = sender.send(bodies, wait: true) }
        #expect(eventually { served.server.status.messages == UInt64(count) })
        served.server.stop()
        var frames = Frames()
        var answers = 0
        while answers < count, frames.receive(from: sender, wait: true) == .message { answers += 1 }
        #expect(answers == count)
        served.stop()
    }

    @Test func `a sender that has gone stops nobody`() throws {
        let served = try Served()
        served.hold(true)
        do {
            let gone = Client(ZMQ_DEALER, served.server.endpoint)
            gone.send(Bench.event())
            _ = gone.answer(within: 200)
        }
        served.hold(false)
        let client = Client(ZMQ_REQ, served.server.endpoint)
        client.send(Bench.event())
        #expect(client.answer()?["duplicates"] as? Int == 1)
        served.stop()
        let status = served.server.status
        #expect(status.messages == 2)
        #expect(status.sources.map(\.accepted) == [1] && status.sources.map(\.duplicates) == [1])
    }

    @Test func `a lossy sender gets no answer and its events are kept`() throws {
        let path = "ipc:///tmp/ingest-\(getpid())-lossy"
        let served = try Served(lossy: path)
        let push = Client(ZMQ_PUSH, path)
        push.send(Bench.event())
        let client = Client(ZMQ_REQ, served.server.endpoint)
        var sent = 0
        // The pushed event takes one position of its own.
        #expect(
            eventually {
                sent += 1
                client.send(Bench.event([("id", "\"\(sent)\"")]))
                return client.answer()?["position"] as? Int == sent + 1
            })
        push.send("nonsense", "and another frame")
        push.send("[{]")
        #expect(eventually { served.server.status.silentMessages == 3 })
        #expect(served.server.status.silentLost == 1)
        let codes = served.server.status.codes.map { "\($0.code.rawValue) \($0.count)" }
        #expect(codes.contains("bad_frames 1") && codes.contains("bad_json 1"))
        served.stop()
    }

    @Test func `a stop answers every message that was taken`() throws {
        let served = try Served()
        let client = Client(ZMQ_DEALER, served.server.endpoint)
        served.hold(true)
        for n in 0..<500 { client.send(Bench.event([("id", "\"\(n)\"")])) }
        #expect(eventually { served.server.status.messages > 0 })
        let rounds = served.rounds
        served.server.stop()
        // What it does from now on it does knowing that it is to stop; only then the commits go on.
        #expect(eventually { served.rounds > rounds })
        served.stop()
        let taken = Int(served.server.status.messages)
        for n in 0..<taken { #expect(client.answer()?["accepted"] as? Int == 1, "\(n)") }
        #expect(client.answer(within: 100) == nil)
    }

    @Test func `a new view is used for what comes next`() throws {
        let served = try Served()
        let client = Client(ZMQ_REQ, served.server.endpoint)
        client.send(Bench.event())
        #expect(client.answer()?["notes"] == nil)
        served.server.replace(view: IngestView(metrics: Bench.metrics))
        var n = 0
        #expect(
            eventually {
                n += 1
                client.send(Bench.event([("id", "\"\(n)\"")]))
                return (client.answer()?["notes"] as? [[String: Any]])?.first?["code"] as? String == "no_rule"
            })
        served.stop()
    }

    @Test func `an endpoint in use is told with what to do`() throws {
        let served = try Served()
        var settings = IngestServer.Settings(department: Department(id: "x"))
        settings.endpoint = served.server.endpoint
        let second = IngestServer(settings: settings, view: IngestView(), queue: CommitQueue()) { Bench.now }
        let context = Context()
        let handle = context.handle
        #expect(throws: MessagingError.self) { try second.run(context: handle) }
        served.stop()
    }
}
