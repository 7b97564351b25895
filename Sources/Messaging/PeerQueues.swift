import DequeModule

/// Messages of a server's socket that wait to be looked at, by peer, each peer's in order and the peers by turns.
///
/// A server takes whatever its socket holds and bounds here what waits: libzmq must never have to stop reading from a peer, because
/// its 4.3 aborts the process where such a peer goes away and something is then sent to it, if only the answer to its heartbeat
/// (libzmq #3937, #4364). So the socket's `receiveHighWater` is 0, which is no limit, and what is beyond the bound is refused at once.
public struct PeerQueues {
    private struct Peer {
        var parcels: Deque<Parcel> = []
        var bytes = 0
    }

    /// What a message may take beside its bytes: libzmq's whole buffer of what was read with it, and its counters.
    public static let overhead = 18 << 10

    /// Bytes of one peer's messages, `overhead` each included; one message waits however large it is.
    private let peerBytes: Int
    private var peers: [[UInt8]: Peer] = [:]
    /// The peers that have a message, in the order of their turns.
    private var turns: Deque<[UInt8]> = []

    public init(peerBytes: Int) { self.peerBytes = peerBytes }

    public var isEmpty: Bool { turns.isEmpty }

    /// Takes the message that was received last, whose first frame names its peer; of a socket without such frames all are one's.
    /// False, and nothing taken, where the peer has too much waiting.
    public mutating func add(_ frames: inout Frames, isRouted: Bool = true) -> Bool {
        let peer = isRouted ? frames.bytes(0) : []
        let bytes = (0..<frames.count).reduce(Self.overhead) { $0 + frames.size($1) }
        let waiting = peers[peer]?.bytes ?? 0
        guard waiting == 0 || waiting + bytes <= peerBytes else { return false }
        if waiting == 0 { turns.append(peer) }
        peers[peer, default: Peer()].parcels.append(frames.take())
        peers[peer]!.bytes = waiting + bytes
        return true
    }

    /// The next message.
    public mutating func next() -> Parcel? {
        guard let peer = turns.popFirst() else { return nil }
        let parcel = peers[peer]!.parcels.removeFirst()
        peers[peer]!.bytes -= parcel.bytes + Self.overhead
        if peers[peer]!.parcels.isEmpty { peers[peer] = nil } else { turns.append(peer) }
        return parcel
    }
}
