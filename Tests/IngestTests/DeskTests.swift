import Events
import Foundation
import Messaging
import Testing

@testable import Ingest

/// The desk with a writer that the test plays by hand.
@Suite struct DeskTests {
    let queue = CommitQueue()
    let desk: Desk

    init() {
        desk = Desk(intake: Bench.intake(window: 200_000), queue: queue, department: Department(id: "housing"))
    }

    private func send(_ frames: String..., peer: String = "p") {
        ([peer] + frames).map { Array($0.utf8) }.withPointers { desk.receive($0, now: Bench.now) }
        desk.pump()
    }

    private func answers() -> [[String: Any]] {
        desk.settle()
        return desk.takeReplies().map {
            (try? JSONSerialization.jsonObject(with: Data($0.bytes)) as? [String: Any]) ?? [:]
        }
    }

    private func commit(at position: Int64, fail: Bool = false) -> [CommitQueue.Request] {
        let requests = queue.take(timeout: .zero) ?? []
        for request in requests {
            if fail {
                queue.fail(request.ticket, reason: "disk full")
            } else {
                queue.complete(request.ticket, position: position, received: Bench.now)
            }
        }
        return requests
    }

    private func header(_ seq: Int, epoch: Int = 1) -> String { #"{"stream":"s","epoch":\#(epoch),"seq":\#(seq)}"# }

    @Test func `an answer goes out only after the commit and says where the last event is`() {
        send("", Bench.event() + "\n" + Bench.event([("id", "\"b\"")]))
        #expect(answers().isEmpty)
        #expect(commit(at: 88212).count == 1)
        desk.settle()
        let reply = desk.takeReplies()[0]
        #expect(reply.envelope == [Array("p".utf8), []])
        #expect(
            String(decoding: reply.bytes, as: UTF8.self)
                == #"{"ok":true,"accepted":2,"duplicates":0,"rejected":0,"retry":false,"position":88213,"received":"2026-07-01T08:15:00+08:00"}"#
        )
    }

    @Test func `of a sender with too much waiting events are busy and kept nowhere, and its mark is told`() {
        func overload(_ frames: String...) {
            (["p"] + frames).map { Array($0.utf8) }.withPointers {
                desk.receive($0, now: Bench.now, isOverloaded: true)
            }
        }
        send(header(1), Bench.event())
        _ = commit(at: 10)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
        overload(header(2), Bench.event([("id", "\"b\"")]))
        overload("", Bench.event([("id", "\"c\"")]))
        overload(#"{"op":"resume","stream":"s"}"#)
        let told = answers()
        #expect(told.map { $0["code"] as? String } == ["busy", "busy", nil])
        #expect(told.map { ($0["ack"] ?? $0["seq"]) as? Int } == [1, nil, 1])
        #expect(told.prefix(2).allSatisfy { $0["retry"] as? Bool == true })
        [Array(Bench.event().utf8)].withPointers { desk.receiveSilently($0, now: Bench.now, isOverloaded: true) }
        #expect(desk.status.silentLost == 1 && desk.status.codes.first { $0.code == .busy }?.count == 3)
        // Nothing of it was kept: it is taken when it comes again.
        desk.pump()
        #expect(commit(at: 11).isEmpty)
        send(header(2), Bench.event([("id", "\"b\"")]))
        #expect(commit(at: 11).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
    }

    @Test func `streams whose names Swift holds to be equal are two, also in one commit`() {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        send(Bench.event())
        // While that one is with the writer the next come together.
        for seq in 1...2 {
            for name in names {
                let id = ("id", "\"\(seq)-\(name.utf8.count)\"")
                send(#"{"stream":"\#(name)","epoch":1,"seq":\#(seq)}"#, Bench.event([id]))
            }
        }
        var marks: [StreamMark] = []
        for position in [1, 2] as [Int64] {
            for request in commit(at: position) {
                if case .events(let batch) = request.entry { marks += batch.marks }
            }
            desk.settle()
            desk.pump()
        }
        #expect(marks.map { Array($0.stream.utf8) } == names.map { Array($0.utf8) } && marks.allSatisfy { $0.seq == 2 })
        #expect(answers().map { $0["accepted"] as? Int } == [1, 1, 1, 1, 1])
    }

    @Test(arguments: [true, false]) func `messages that keep nothing take no room, however many`(silent: Bool) {
        func flood(_ body: String) {
            let bytes = Array(body.utf8)
            for _ in 0...(2 * Limits.rowBytes / bytes.count) {
                if silent {
                    bytes.withUnsafeBytes { desk.receiveSilently([$0], now: Bench.now) }
                    desk.pump()
                } else {
                    send(body)
                }
                _ = desk.takeReplies()
            }
        }
        // Refused, then repeats of what is durable: nothing of either will ever be committed.
        flood(String(repeating: "x", count: 1 << 20))
        let known = (0..<5000).map { Bench.event([("id", "\"\($0)\"")]) }.joined(separator: "\n")
        send(known)
        #expect(commit(at: 1).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [5000])
        flood(known)
        send(Bench.event([("id", "\"good\"")]))
        #expect(commit(at: 6000).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
    }

    @Test func `a repeat of an event on its way waits for its commit`() {
        send(Bench.event())
        let taken = queue.take(timeout: .zero)!
        send(Bench.event())
        #expect(answers().isEmpty)
        queue.complete(taken[0].ticket, position: 1, received: Bench.now)
        #expect(answers().map { $0["duplicates"] as? Int } == [0, 1])
        send(Bench.event())
        #expect(answers().map { $0["duplicates"] as? Int } == [1])
    }

    @Test func `a repeat of an event that a silent sender brought waits for its commit too`() {
        #expect(queue.submit(.tick))
        let tick = queue.take(timeout: .zero)!
        [Array(Bench.event().utf8)].withPointers { desk.receiveSilently($0, now: Bench.now) }
        desk.pump()
        send(Bench.event())
        #expect(answers().isEmpty)
        queue.complete(tick[0].ticket, position: 1, received: Bench.now)
        desk.pump()
        #expect(answers().isEmpty)
        #expect(commit(at: 2).count == 1)
        #expect(answers().map { $0["duplicates"] as? Int } == [1])
    }

    @Test func `what a failed commit takes of silent senders is counted as lost`() {
        send(Bench.event())
        let taken = queue.take(timeout: .zero)!
        for id in ["b", "c"] {
            [Array(Bench.event([("id", "\"\(id)\"")]).utf8)].withPointers { desk.receiveSilently($0, now: Bench.now) }
        }
        queue.fail(taken[0].ticket, reason: "disk full")
        #expect(answers().count == 1)
        #expect(desk.status.silentLost == 2)
    }

    @Test
    func `what may have restricted fields is refused as a whole while they cannot be encrypted, and nothing else`() {
        queue.refusesRestricted = true
        for key in [#""text""#, #""te\u0078t""#] {
            let report = #"{"id":"r","type":"incident","category":"fire","area":"320213",\#(key):"烟"}"#
            send(report)
            [Array(report.utf8)].withPointers { desk.receiveSilently($0, now: Bench.now) }
        }
        let refused = answers()
        #expect(refused.map { $0["code"] as? String } == ["commit_failed", "commit_failed"])
        #expect(refused.allSatisfy { ($0["en"] as? String)?.contains("restricted fields cannot be encrypted") == true })
        #expect(desk.status.silentLost == 2)
        send(Bench.event([("area", #""32\u00302""#)]))
        #expect(answers().map { $0["code"] as? String } == ["commit_failed"])
        // What Python writes of Chinese hides no field.
        send(Bench.event([("source", #""\u6c14\u4f53""#)]))
        #expect(commit(at: 1).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
    }

    @Test func `a failed commit fails what came after it and forgets all of it`() {
        send(Bench.event())
        let taken = queue.take(timeout: .zero)!
        send(Bench.event())
        send(Bench.event([("id", "\"b\"")]))
        queue.fail(taken[0].ticket, reason: "disk full")
        let failed = answers()
        #expect(failed.map { $0["code"] as? String } == ["commit_failed", "commit_failed", "commit_failed"])
        #expect(failed.allSatisfy { $0["retry"] as? Bool == true })
        send(Bench.event())
        #expect(commit(at: 9).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
    }

    @Test func `a failure seen late does not let a later batch through`() {
        send(Bench.event())
        let taken = queue.take(timeout: .zero)!
        queue.fail(taken[0].ticket, reason: "disk full")
        send(Bench.event())
        #expect(queue.take(timeout: .zero)!.isEmpty)
        #expect(answers().map { $0["code"] as? String } == ["commit_failed", "commit_failed"])
    }

    @Test func `an event may have a field of the name op`() {
        send("", Bench.event().replacingOccurrences(of: "{\"id\"", with: "{\"op\":\"read\",\"id\""))
        #expect(commit(at: 1).count == 1)
        #expect(answers().map { $0["accepted"] as? Int } == [1])
    }

    @Test func `a stream advances by one, repeats are acknowledged and gaps told`() {
        send(header(1), Bench.event())
        send(header(2), Bench.event([("id", "\"b\"")]))
        send(header(4), Bench.event([("id", "\"c\"")]))
        let gap = answers()
        #expect(gap.map { $0["code"] as? String } == ["seq_gap"] && gap[0]["expected"] as? Int == 3)
        send(header(1), Bench.event())
        #expect(answers().isEmpty)
        _ = commit(at: 1)
        #expect(answers().map { $0["ack"] as? Int } == [1])
        desk.pump()
        _ = commit(at: 2)
        #expect(answers().map { $0["ack"] as? Int } == [2, 1])
        send(header(2), Bench.event())
        #expect(answers().map { $0["ack"] as? Int } == [2])
        send(#"{"op":"resume","stream":"s"}"#)
        #expect(answers().map { $0["seq"] as? Int } == [2])
        send(header(1, epoch: 2), Bench.event())
        desk.pump()
        let marks = queue.take(timeout: .zero)!.flatMap { request -> [StreamMark] in
            if case .events(let batch) = request.entry { batch.marks } else { [] }
        }
        #expect(marks == [StreamMark(stream: "s", epoch: 2, seq: 1)])
        send(header(3, epoch: 1), Bench.event())
        #expect(answers().map { $0["code"] as? String } == ["old_epoch"])
    }

    @Test func `a sequenced message of rejects moves its mark durably`() {
        send(header(1), "{}")
        #expect(answers().isEmpty)
        #expect(commit(at: 5).count == 1)
        let answer = answers()
        #expect(answer.map { $0["rejected"] as? Int } == [1] && answer[0]["ack"] as? Int == 1)
        #expect(answer[0]["position"] == nil)
    }

    @Test func `after a failed commit a stream goes on from its durable mark`() {
        send(header(1), Bench.event())
        _ = commit(at: 1)
        _ = answers()
        send(header(2), Bench.event([("id", "\"b\"")]))
        _ = commit(at: 2, fail: true)
        #expect(answers().map { $0["ack"] as? Int } == [1])
        send(header(2), Bench.event([("id", "\"b\"")]))
        #expect(commit(at: 2).count == 1)
    }

    @Test func `while the writer is busy a full batch answers busy and keeps nothing`() {
        let lines = (0..<1000).map { Bench.event([("id", "\"@@\($0)\"")]) }.joined(separator: "\n")
        var sent = 0
        var busy: [[String: Any]] = []
        send(Bench.event([("id", "\"first\"")]))
        _ = queue.take(timeout: .zero)
        while busy.isEmpty, sent < 100 {
            send(lines.replacingOccurrences(of: "@@", with: "\(sent)-"))
            sent += 1
            busy = answers()
        }
        #expect(busy.map { $0["code"] as? String } == ["busy"])
        #expect(busy[0]["retry"] as? Bool == true && busy[0]["retry_after_ms"] as? Int == Limits.retryMilliseconds)
        #expect(desk.intake.batch.count <= Limits.rowEvents)
    }

    @Test func `the findings of waiting answers are bounded`() {
        let flawed = Bench.event([("id", "\"@@\"")]) + String(repeating: "\n{}", count: 150)
        send(Bench.event([("id", "\"first\"")]))
        _ = queue.take(timeout: .zero)
        var sent = 0
        var busy: [[String: Any]] = []
        while busy.isEmpty, sent < 1000 {
            send(flawed.replacingOccurrences(of: "@@", with: "\(sent)"))
            sent += 1
            busy = answers()
        }
        #expect(busy.map { $0["code"] as? String } == ["busy"])
        #expect(sent - 2 == Limits.rowFindings / Limits.answerErrors)
    }

    @Test func `repeats that wait for a batch at the writer are bounded`() {
        send(Bench.event())
        let taken = queue.take(timeout: .zero)!
        for _ in 0..<Limits.rowMessages { send(Bench.event()) }
        #expect(answers().map { $0["code"] as? String } == ["busy"])
        queue.complete(taken[0].ticket, position: 1, received: Bench.now)
        #expect(answers().count == Limits.rowMessages)
    }

    @Test(arguments: [0, 1]) func `a body of the greatest size is read and a byte more is refused by code`(over: Int) {
        let padding = String(repeating: " ", count: Limits.messageBytes + over - Bench.event().utf8.count)
        send(Bench.event() + padding)
        if over == 0 {
            #expect(commit(at: 1).count == 1)
            #expect(answers().map { $0["accepted"] as? Int } == [1])
        } else {
            #expect(answers().map { $0["code"] as? String } == ["message_too_large"])
            #expect(desk.status.codes.map(\.code) == [.messageTooLarge])
        }
    }

    @Test func `odd frames and headers are answered by code`() {
        let cases: [([String], String)] = [
            ([], "bad_frames"), (["a", "b", "c", "d"], "bad_frames"),
            ([String](repeating: "x", count: 99), "bad_frames"),
            (["{", "x"], "bad_header"), (["{\"x\":1}", "x"], "bad_header"), (["{\"seq\":1}", "x"], "bad_header"),
            (["{\"op\":\"erase\"}"], "bad_header"), (["[]", "x"], "bad_header"),
            (["{\"op\":\"resume\",\"stream\":\"s\"}", "{\"id\":\"a\"}"], "bad_header"),
            (["{\"content_type\":\"application/senml+cbor\"}", "[]"], "unsupported_content_type"),
        ]
        for (frames, code) in cases {
            let bytes = (["p"] + frames).map { Array($0.utf8) }
            bytes.withPointers { desk.receive($0, now: Bench.now) }
            #expect(answers().map { $0["code"] as? String } == [code], "\(frames.prefix(4))")
        }
        send("")
        let empty = answers()
        #expect((empty[0]["errors"] as? [[String: Any]])?.first?["code"] as? String == "empty_message")
    }

    @Test func `each envelope is echoed`() {
        #expect(Envelope(sizes: [5, 0, 9])?.echoed == 2)
        #expect(Envelope(sizes: [5, 4, 0, 9])?.echoed == 3)
        #expect(Envelope(sizes: [5, 9])?.echoed == 1)
        #expect(Envelope(sizes: [5, 9, 9])?.header == 1)
        #expect(Envelope(sizes: [5, 9, 0])?.body == 2)
        #expect(Envelope(sizes: [5, 0])?.body == 1)
        // What makes no sense is answered all the same: a REQ socket waits for its empty frame.
        #expect(Envelope(sizes: [5, 0, 1, 1, 1]) == nil && Envelope.echoed(sizes: [5, 0, 1, 1, 1]) == 2)
        #expect(Envelope(sizes: [5, 4, 0, 1, 1, 1]) == nil && Envelope.echoed(sizes: [5, 4, 0, 1, 1, 1]) == 3)
        #expect(Envelope.echoed(sizes: [5]) == 1 && Envelope.echoed(sizes: [5, 1, 1, 1]) == 1)
        #expect(Envelope(sizes: [5, 4, 0, 3, 9])?.header == 3)
        #expect(Envelope(sizes: [5]) == nil && Envelope(sizes: [5, 1, 1, 1]) == nil)
    }

    @Test func `the writer takes no more at once than it can commit together`() {
        for _ in 0..<3 { #expect(queue.submit(.tick)) }
        #expect(queue.take(atMost: 2, timeout: .zero)?.count == 2)
        queue.close()
        #expect(queue.take(atMost: 2, timeout: .zero)?.count == 1)
        #expect(queue.take(atMost: 2, timeout: .zero) == nil)
    }

    @Test func `whoever sees batches let through after a failure has seen its results`() throws {
        for _ in 0..<2000 {
            let queue = CommitQueue()
            let first = queue.submit(EventBatch(), department: "d")
            _ = queue.take(timeout: .zero)
            let writer = try DedicatedThread("writer") { queue.fail(first, reason: "disk full") }
            var results: [CommitQueue.Ticket] = []
            while !queue.wantsBatch(of: 0) { results += queue.takeFinished().map(\.0) }
            #expect(results == [first])
            try writer.join()
        }
    }

    @Test func `entries of other threads share the one order`() {
        nonisolated(unsafe) var results: [CommitQueue.Result] = []
        #expect(queue.submit(.request([1])) { results.append($0) })
        send(Bench.event())
        let requests = commit(at: 3)
        #expect(requests.count == 1)
        #expect(results == [.durable(position: 3, received: Bench.now)])
        desk.pump()
        #expect(commit(at: 4).count == 1)
        queue.close()
        #expect(queue.take(timeout: .zero) == nil && !queue.submit(.tick))
    }

    @Test func `a repeat of what is no longer known says so`() {
        var past = EventBatch()
        past.marks = [StreamMark(stream: "gw", epoch: 1, seq: 9)]
        desk.note(past, received: Bench.now)
        send(#"{"stream":"gw","epoch":1,"seq":9}"#, Bench.event())
        let answer = answers().first
        #expect(answer?["ok"] as? Bool == true && answer?["ack"] as? Int == 9 && answer?["accepted"] as? Int == 0)
        #expect((answer?["notes"] as? [[String: Any]])?.map { $0["code"] as? String } == ["repeat_not_compared"])
        #expect(desk.status.codes.contains { $0.code == .repeatNotCompared && $0.count == 1 })
    }

    @Test func `another body under a number that came before is another sender's`() {
        let (first, other) = (Bench.event([("id", "\"1\"")]), Bench.event([("id", "\"2\"")]))
        for seq in 1...2 {
            send(header(seq), first)
            _ = commit(at: Int64(seq))
            #expect(answers().first?["ack"] as? Int == seq)
        }
        send(header(2), first)
        let compared = answers().first
        #expect(compared?["ack"] as? Int == 2 && compared?["notes"] == nil)
        send(header(2), other)
        send(header(1), other)
        let refused = answers()
        #expect(refused.map { $0["code"] as? String } == ["stream_conflict", "stream_conflict"])
        #expect(refused.allSatisfy { $0["retry"] as? Bool == false && $0["ack"] as? Int == 2 })
        #expect(desk.status.codes.contains { $0.code == .streamConflict && $0.count == 2 })
        // A greater epoch begins anew.
        send(header(1, epoch: 2), other)
        _ = commit(at: 3)
        #expect(answers().first?["ack"] as? Int == 1)
        send(header(2), first)
        #expect(answers().first?["code"] as? String == "old_epoch")
    }

    @Test func `bodies are known as far back as the credit, and no further`() {
        let (first, other) = (Bench.event([("id", "\"1\"")]), Bench.event([("id", "\"2\"")]))
        for seq in 1...Limits.streamCredit + 1 {
            send(header(seq), first)
            _ = commit(at: Int64(seq))
            _ = answers()
        }
        send(header(1), other)
        #expect(answers().first?["code"] == nil)
        send(header(2), other)
        #expect(answers().first?["code"] as? String == "stream_conflict")
    }

    @Test func `a failed commit forgets the bodies of an epoch that did not begin`() {
        let (first, other) = (Bench.event([("id", "\"1\"")]), Bench.event([("id", "\"2\"")]))
        send(header(1), first)
        _ = commit(at: 1)
        send(header(1, epoch: 2), other)
        _ = commit(at: 2, fail: true)
        _ = answers()
        send(header(1), first)
        #expect(answers().first?["code"] == nil)
    }
}

extension [[UInt8]] {
    /// Calls `body` with the address of each element.
    func withPointers(_ body: ([UnsafeRawBufferPointer]) -> Void) {
        let copies = map { bytes -> UnsafeMutableRawBufferPointer in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            copy.copyBytes(from: bytes)
            return copy
        }
        body(copies.map { UnsafeRawBufferPointer($0) })
        for copy in copies { copy.deallocate() }
    }
}
