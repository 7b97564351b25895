import CSimulation

/// Bytes in use, which a round must not let grow beyond what its platform, gateways and consumers may take together.
struct MemoryBound {
    /// Queues, tables and databases of so small a city; a queue without a bound soon takes more.
    static let bytes: Int64 = 64 << 20

    private let begun = sim_bytes_in_use()

    func check() throws {
        let now = sim_bytes_in_use()
        guard now < begun + Self.bytes else {
            throw Failure("\((now - begun) >> 20) MiB are in use, the round began at 0")
        }
    }
}
