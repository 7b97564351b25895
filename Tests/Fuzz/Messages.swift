import Events
import Foundation

@testable import Ingest

/// Messages of the wire: frames, headers, streams; with a writer that commits and fails.
final class Messages: Kind {
    let name = "messages"
    let pace = 1
    var summary: String { "\(messages) messages, \(refused) refused, \(events) events made durable" }

    private let city: City
    private var (messages, refused, events) = (0, 0, 0)
    private let mutator = Mutator(
        words: [
            "\"op\":", "\"resume\"", "\"stream\":", "\"epoch\":", "\"seq\":", "\"ref\":", "\"content_type\":", "\"s\"",
            "\"application/json\"", "\"application/x-ndjson\"", "\"application/senml+json\"", "null", "{}",
        ], most: 2)

    init(_ city: City) { self.city = city }

    private func event(_ number: Int) -> String {
        """
        {"id":"\(number)","subject":"RQ-0001","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-01T08:15:00+08:00"}
        """
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        let queue = CommitQueue()
        let desk = Desk(
            intake: Intake(view: city.view, window: DuplicateWindow(entries: 1000)), queue: queue,
            department: Department(id: "default", defaultSource: "/default"))
        var (sent, durable, position) = (0, 0, Int64(1))
        var awaited: [[[UInt8]]] = []
        func settle(fails: Bool) {
            for request in queue.take(timeout: .zero) ?? [] {
                guard case .events(let batch) = request.entry, !fails else {
                    queue.fail(request.ticket, reason: "disk full")
                    continue
                }
                queue.complete(request.ticket, position: position, received: City.now)
                position += Int64(max(1, batch.count))
                durable += batch.count
            }
            desk.settle()
        }
        var answered = 0
        func collect() throws {
            for reply in desk.takeReplies() {
                guard let at = awaited.firstIndex(of: reply.envelope) else { throw Broken("an answer to nobody") }
                awaited.remove(at: at)
                answered += try check(reply)
            }
        }
        for _ in 0..<1 + random.below(10) {
            let frames = message(&random)
            report.note("message " + frames.map { quoted($0.prefix(1500)) }.joined(separator: " | "))
            sent += 1
            awaited.append(Array(frames[..<Envelope.echoed(sizes: frames.map(\.count))]))
            frames.withPointers { desk.receive($0, now: City.now) }
            desk.pump()
            if random.chance(40) { settle(fails: random.chance(20)) }
            try collect()
        }
        for _ in 0..<3 {
            settle(fails: false)
            desk.pump()
        }
        settle(fails: false)
        try collect()
        try require(awaited.isEmpty, "\(awaited.count) messages have no answer")
        try require(answered == durable, "\(answered) events acknowledged, \(durable) made durable")
        try require(desk.waitingCount == 0 && !desk.isCommitting, "something waits for nothing")
        messages += sent
        events += durable
    }

    private func message(_ random: inout FuzzRandom) -> [[UInt8]] {
        let headers = [
            #"{"stream":"s","epoch":1,"seq":\#(1 + random.below(4)),"content_type":"application/x-ndjson"}"#,
            #"{"op":"resume","stream":"s"}"#, #"{"ref":7}"#, #"{"content_type":"application/json","ref":1}"#, "",
        ]
        let bodies = [
            event(random.below(6)), event(1) + "\n" + event(2), "[]", "", "{}", #"{"op":"resume","stream":"s"}"#,
        ]
        var parts = [random.pick(headers), random.pick(bodies)].map { Array($0.utf8) }
        if random.chance(30) { parts.removeFirst() }
        if random.chance(30) { parts.insert([], at: 0) }
        if random.chance(5) { parts.insert([1, 2, 3, 4], at: 0) }
        if random.chance(50) {
            let at = random.below(parts.count)
            parts[at] = mutator.mutate(parts[at], &random, others: headers.map { Array($0.utf8) })
        }
        if random.chance(5) { parts += Array(repeating: [0x41], count: random.below(5)) }
        if random.chance(3) { parts = [] }
        return [[0, UInt8(random.below(3)), 9]] + parts
    }

    /// Returns how many events the answer acknowledges.
    private func check(_ reply: Reply) throws -> Int {
        let answer = try Answers.check(reply.bytes)
        guard answer["op"] == nil, let accepted = answer["accepted"] as? Int else {
            try require(answer["seq"] != nil, "neither events nor a mark: \(quoted(reply.bytes))")
            return 0
        }
        if answer["code"] != nil { refused += 1 }
        try require(answer["code"] == nil || accepted == 0, "refused, and accepted \(accepted)")
        return accepted
    }
}

extension [[UInt8]] {
    /// Calls with the frames at stable addresses.
    func withPointers(_ body: ([UnsafeRawBufferPointer]) -> Void) {
        let copies = map { bytes in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: Swift.max(1, bytes.count), alignment: 8)
            copy.copyBytes(from: bytes)
            return (copy, bytes.count)
        }
        body(copies.map { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer($0.0)[..<$0.1]) })
        for (copy, _) in copies { copy.deallocate() }
    }
}
