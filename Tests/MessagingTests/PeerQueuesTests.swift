import Testing

@testable import Messaging

struct PeerQueuesTests {
    private static func text(_ queues: inout PeerQueues) -> String? {
        queues.next()?.withFrames { String(decoding: $0[$0.count - 1], as: UTF8.self) }
    }

    /// Sends the texts from as many peers as there are lists, and takes them; gives which were refused.
    private static func taken(_ sent: [[String]], _ queues: inout PeerQueues) throws -> [String] {
        let context = Context()
        let server = try Socket(context.handle, .router, SocketOptions())
        try server.bind("tcp://127.0.0.1:*")
        var refused: [String] = []
        var frames = Frames()
        for texts in sent {
            let peer = try Socket(context.handle, .dealer, SocketOptions())
            try peer.connect(server.lastEndpoint())
            for text in texts {
                #expect(peer.send(text, wait: true) == .sent)
                #expect(frames.receive(from: server, wait: true) == .message)
                if !queues.add(&frames) { refused.append(frames.string(1)) }
            }
        }
        return refused
    }

    @Test func `peers come by turns, each peer's messages in order`() throws {
        var queues = PeerQueues(peerBytes: 1 << 20)
        check(queues.isEmpty)
        #expect(try Self.taken([["a1", "a2", "a3"], ["b1"], ["c1", "c2"]], &queues) == [])
        check(!queues.isEmpty)
        let order = ["a1", "b1", "c1", "a2", "c2", "a3"]
        #expect(order.map { _ in Self.text(&queues) } == order)
        check(Self.text(&queues) == nil && queues.isEmpty)
    }

    @Test func `a peer has so many bytes waiting, or one message of any size, and others are not concerned`() throws {
        // A routing id of five bytes and 95 of text.
        let bytes = 100 + PeerQueues.overhead
        let text = { (name: String) in name + String(repeating: ".", count: 95 - name.utf8.count) }
        var queues = PeerQueues(peerBytes: 2 * bytes)
        let large = String(repeating: "x", count: 50_000)
        let refused = try Self.taken([["1", "2", "3"].map(text), [large, text("4")], [text("5")]], &queues)
        #expect(refused == [text("3"), text("4")])
        #expect((0..<4).map { _ in Self.text(&queues) } == [text("1"), large, text("5"), text("2")])
        // What was taken out makes room.
        #expect(try Self.taken([["1", "2"].map(text)], &queues) == [])
        var small = PeerQueues(peerBytes: 2 * bytes - 1)
        #expect(try Self.taken([["1", "2"].map(text)], &small) == [text("2")])
    }
}
