import DequeModule

/// Messages of a server's socket that wait to be looked at, by peer, each peer's in order and the peers by turns.
///
/// A server takes whatever its socket holds and bounds here what waits: libzmq must never have to stop reading from a peer, because
/// its 4.3 aborts the process where such a peer goes away and something is then sent to it, if only the answer to its heartbeat
/// (libzmq #3937, #4364). So the socket's `receiveHighWater` is 0, which is no limit, and what is beyond the bound is refused at once.
public struct PeerQueues: ~Copyable {
    private final class Peer {
        let id: [UInt8]
        var parcels: Deque<Parcel> = []
        var bytes = 0

        init(_ id: [UInt8]) { self.id = id }

        func append(_ parcel: Parcel, _ bytes: Int) {
            parcels.append(parcel)
            self.bytes += bytes
        }
    }

    /// What a message may take beside its bytes: libzmq's whole buffer of what was read with it, and its counters.
    public static let overhead = 18 << 10

    /// Bytes of one peer's messages, `overhead` each included; one message waits however large it is.
    private let peerBytes: Int
    private var peers: [[UInt8]: Peer] = [:]
    /// The peers that have a message, in the order of their turns.
    private var turns: Deque<Peer> = []

    public init(peerBytes: Int) { self.peerBytes = peerBytes }

    public var isEmpty: Bool { turns.isEmpty }

    /// Takes the message that was received last, whose first frame names its peer; of a socket without such frames all are one's.
    /// False, and nothing taken, where the peer has too much waiting.
    public mutating func add(_ frames: inout Frames, isRouted: Bool = true) -> Bool {
        let id = isRouted ? frames.bytes(0) : []
        let bytes = (0..<frames.count).reduce(Self.overhead) { $0 + frames.size($1) }
        if let peer = peers[id] {
            guard peer.bytes + bytes <= peerBytes else { return false }
            peer.append(frames.take(), bytes)
        } else {
            let peer = Peer(id)
            peer.append(frames.take(), bytes)
            peers[id] = peer
            turns.append(peer)
        }
        return true
    }

    /// The next message.
    public mutating func next() -> Parcel? {
        guard let peer = turns.popFirst() else { return nil }
        let parcel = peer.parcels.removeFirst()
        peer.bytes -= parcel.bytes + Self.overhead
        if peer.parcels.isEmpty { peers[peer.id] = nil } else { turns.append(peer) }
        return parcel
    }
}
