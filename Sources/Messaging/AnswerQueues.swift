import DequeModule

/// Answers that wait until their peer's socket takes them, by peer, each peer's in order.
///
/// libzmq counts what it holds for a peer (`SocketOptions.sendHighWater`) and does not weigh it; a peer that reads may still be answered
/// more at once than that. So few are given to libzmq, and the rest waits here, up to a bound in bytes.
public struct AnswerQueues: ~Copyable {
    private final class Peer {
        let id: [UInt8]
        var answers: Deque<[[UInt8]]> = []
        var bytes = 0

        init(_ id: [UInt8]) { self.id = id }

        func append(_ frames: [[UInt8]]) {
            answers.append(frames)
            bytes += AnswerQueues.weight(frames)
        }

        func removeFirst() { bytes -= AnswerQueues.weight(answers.removeFirst()) }
    }

    /// What an answer takes beside its bytes.
    private static let overhead = 256
    /// Peers that are tried at once: keeps a turn short where very many do not read.
    private static let peersPerRetry = 64

    /// Bytes of one peer's answers; one answer waits however large it is.
    private let peerBytes: Int
    private var peers: [[UInt8]: Peer] = [:]
    private var turns: Deque<Peer> = []
    /// Tries in a row that sent nothing.
    private var idleRetries = 0

    public init(peerBytes: Int) { self.peerBytes = peerBytes }

    public var isEmpty: Bool { turns.isEmpty }

    /// Milliseconds until another try is worth its time: one, and more while nobody reads; nil where nothing waits.
    public var pause: Int? { isEmpty ? nil : min(20, 1 << idleRetries) }

    private static func weight(_ frames: [[UInt8]]) -> Int { frames.reduce(overhead) { $0 + $1.count } }

    /// Sends an answer, whose first frame names its peer, or keeps it for `retry`. False where it is lost: its peer is gone, or does not
    /// read and has too much waiting.
    public mutating func send(_ frames: [[UInt8]], through socket: borrowing Socket) -> Bool {
        if let peer = peers[frames[0]] {
            guard peer.bytes + Self.weight(frames) <= peerBytes else { return false }
            peer.append(frames)
            return true
        }
        switch socket.send(frames: frames) {
        case .sent: return true
        case .unreachable, .closed: return false
        case .wouldBlock:
            let peer = Peer(frames[0])
            peer.append(frames)
            peers[peer.id] = peer
            turns.append(peer)
            idleRetries = 0
            return true
        }
    }

    /// Sends what peers have room for by now, the peers by turns; gives how many answers are lost because their peers are gone.
    public mutating func retry(through socket: borrowing Socket) -> Int {
        var lost = 0
        idleRetries = min(idleRetries + 1, 5)
        for _ in 0..<min(turns.count, Self.peersPerRetry) {
            let peer = turns.removeFirst()
            trying: while let frames = peer.answers.first {
                switch socket.send(frames: frames) {
                case .sent:
                    idleRetries = 0
                    peer.removeFirst()
                case .wouldBlock: break trying
                case .unreachable, .closed:
                    lost += peer.answers.count
                    peer.answers = []
                }
            }
            if peer.answers.isEmpty { peers[peer.id] = nil } else { turns.append(peer) }
        }
        return lost
    }
}
