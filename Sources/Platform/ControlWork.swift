import Messaging

/// Operators' requests that wait for a decision: one after the other on a thread of their own, so that neither `status` nor a
/// signal waits for them.
final class ControlWork: Sendable {
    struct Request: Sendable {
        var envelope: [[UInt8]]
        var asked: ControlRequest
        /// As it came.
        var bytes: Int
    }

    private struct Shared {
        var waiting: [Request] = []
        var bytes = 0
        var done: [(envelope: [[UInt8]], answer: [UInt8])] = []
        var isClosed = false
    }

    /// People at their keyboards; who comes on top is told to ask again.
    private static let maximumWaiting = 64
    /// Two of the largest rules directories.
    private static let maximumBytes = 2 * ControlServer.maximumBytes

    private let shared = Monitor(Shared())
    /// Signalled when something is done.
    let wake: Wake

    init() throws { wake = try Wake() }

    /// False where too much waits, or the platform stops.
    func submit(_ request: Request) -> Bool {
        shared.change { shared in
            guard !shared.isClosed, shared.waiting.count < Self.maximumWaiting,
                shared.bytes + request.bytes <= Self.maximumBytes
            else { return false }
            shared.waiting.append(request)
            shared.bytes += request.bytes
            return true
        }
    }

    /// Answers what was submitted until it is closed, and then what still waits.
    func run(answer: (ControlRequest) -> [UInt8]) {
        while let request = next() {
            let answered = answer(request.asked)
            shared.withLock { shared in
                shared.bytes -= request.bytes
                shared.done.append((request.envelope, answered))
            }
            wake.signal()
        }
    }

    private func next() -> Request? {
        let next = shared.wait { shared -> Request?? in
            if !shared.waiting.isEmpty { return .some(shared.waiting.removeFirst()) }
            return shared.isClosed ? .some(nil) : nil
        }
        return next ?? nil
    }

    func takeDone() -> [(envelope: [[UInt8]], answer: [UInt8])] {
        wake.drain()
        return shared.withLock { shared in
            defer { shared.done = [] }
            return shared.done
        }
    }

    func close() { shared.change { $0.isClosed = true } }
}
