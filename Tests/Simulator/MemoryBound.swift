import CSimulation

/// Bytes in use, which a round must not let grow beyond what its platform, gateways and consumers take together.
struct MemoryBound {
    /// A platform of so small a city has 3 MiB in use once it has started. What the round itself keeps of a day (all that its
    /// consumers took) and SQLite's caches made it 3.8 MiB at most in the seeds tried.
    static let most: Int64 = 4800 << 10
    /// The same while what the flood may have waiting at the door, 870 messages, and the queues between the stages are full: 4.9 MiB at
    /// most in the seeds tried.
    static let mostFlooded: Int64 = 6 << 20
    /// What more may be in use after ten minutes without events: what is held from one snapshot to the next comes and goes
    /// by 250 KiB.
    static let restGrowth: Int64 = 512 << 10

    private let most: Int64
    private let begun = sim_bytes_in_use()
    /// The greatest that was seen.
    private(set) var greatest: Int64 = 0

    init(isFlooded: Bool) { most = isFlooded ? Self.mostFlooded : Self.most }

    /// Without what the simulated disk remembers.
    var held: Int64 { sim_bytes_in_use() - begun - sim_disk_record() }

    mutating func check() throws {
        let held = held
        greatest = max(greatest, held)
        guard held < most else {
            throw Failure("\(held >> 10) KiB are in use, \(most >> 10) KiB are allowed")
        }
    }

    /// At the end of a rest that began with so much.
    func checkRest(since before: Int64) throws {
        guard held < before + Self.restGrowth else {
            throw Failure("\((held - before) >> 10) KiB more are in use after ten minutes without an event")
        }
    }
}
