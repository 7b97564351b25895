/// The high-water mark of a sequenced stream: everything up to `seq` of this epoch is durable.
public struct StreamMark: Hashable, Sendable {
    /// Chosen by the sender, unique within its department.
    public var stream: String
    /// Grows when the sender restarts its numbering.
    public var epoch: UInt64
    public var seq: UInt64

    public init(stream: String, epoch: UInt64, seq: UInt64) {
        self.stream = stream
        self.epoch = epoch
        self.seq = seq
    }
}
