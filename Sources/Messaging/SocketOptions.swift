import CZeroMQ

/// Options set before a socket is bound or connected. Defaults are the safe ones for a public door.
public struct SocketOptions: Sendable {
    /// Milliseconds that unsent messages outlive the socket: 0 at the door, 1000 for the feed.
    public var linger: Int32 = 0
    /// Messages queued for one peer; 0 is no limit.
    public var sendHighWater: Int32 = 1000
    /// Likewise. A server's is 0, and its messages wait in `PeerQueues`, which says why.
    public var receiveHighWater: Int32 = 1000
    /// Bytes; a peer that sends a larger frame is disconnected. −1 is no limit.
    public var maximumMessage: Int64 = 16 << 20
    /// Milliseconds; a dead peer is noticed within `heartbeatTimeout`. 0 where a peer may stop reading while its queue is full (see
    /// `PeerQueues`): then TCP's own probes find a dead one, within half a minute.
    public var heartbeatInterval: Int32 = 5000
    public var heartbeatTimeout: Int32 = 15_000
    public var handshakeInterval: Int32 = 5000
    public var reconnectInterval: Int32 = 100
    public var reconnectIntervalMaximum: Int32 = 5000
    /// Milliseconds that a blocking receive or send waits; −1 for ever.
    public var receiveTimeout: Int32 = -1
    public var sendTimeout: Int32 = -1
    public var backlog: Int32 = 1024
    /// REQ only: a request that timed out may be followed by another.
    public var isRelaxedRequest = false
    /// inproc endpoints, for tests.
    public var allowsInproc = false

    public init() {}
}
