import Testing

@testable import Client

struct StreamWindowTests {
    private static func window(_ batches: Int, limit: Int = 4) -> StreamWindow {
        var window = StreamWindow(limit: limit, firstSeq: 1)
        for _ in 0..<batches { window.add([1], events: 10) }
        return window
    }

    private static func drain(_ window: inout StreamWindow) -> [UInt64] {
        var sent: [UInt64] = []
        while let next = window.toSend {
            sent.append(next.seq)
            window.markSent()
        }
        return sent
    }

    @Test func `batches go out in order and are kept until acknowledged`() {
        var window = Self.window(3)
        #expect(Self.drain(&window) == [1, 2, 3])
        #expect(window.acknowledge(2) == 20)
        #expect(window.acknowledge(2) == 0)
        #expect(window.firstSeq == 3)
        #expect(window.awaited == 1)
    }

    @Test func `a full window takes no more, an acknowledgement makes room`() {
        var window = Self.window(4)
        #expect(!window.hasRoom)
        _ = window.acknowledge(1)
        #expect(window.hasRoom)
    }

    @Test func `rewinding sends the unacknowledged again, in order, and counts them`() {
        var window = Self.window(4)
        _ = Self.drain(&window)
        _ = window.acknowledge(1)
        #expect(window.rewind() == .done)
        #expect(Self.drain(&window) == [2, 3, 4])
        #expect(window.resent == 3)
        #expect(window.rewind(to: 4) == .done)
        #expect(Self.drain(&window) == [4])
    }

    @Test func `what was acknowledged cannot be sent again, nor what was never given`() {
        var window = Self.window(4)
        _ = Self.drain(&window)
        _ = window.acknowledge(2)
        #expect(window.rewind(to: 2) == .impossible)
        #expect(window.rewind(to: 5) == .done)
        #expect(window.rewind(to: 6) == .impossible)
    }

    @Test func `the platform's credit narrows the window and never widens it`() {
        var window = Self.window(4)
        window.grant(2, asked: 4)
        #expect(Self.drain(&window) == [1, 2])
        window.grant(1000, asked: 4)
        #expect(window.limit == 4)
    }
}
