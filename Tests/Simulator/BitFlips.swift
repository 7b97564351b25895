import CSimulation
import Events
import Foundation
import Journal

/// Bits that turn over in what lies on the disk: they are told, or nothing that is read or decided has changed.
struct BitFlips {
    private let round: Round
    private let data: String
    /// What the journal holds before any bit turns over.
    private let records: [JournalRecord]
    /// Bodies by sequence, without their epoch.
    private let notices: [Int64: String]

    /// After a clean stop.
    init(_ round: Round) throws {
        self.round = round
        data = round.platform.configuration.data
        records = try Checks.records(data)
        let stored = try Checks.notices([], data)
        notices = Dictionary(uniqueKeysWithValues: stored.map { ($0.seq, Self.withoutEpoch($0.body)) })
    }

    func run() throws {
        for number in 0..<3 {
            let segments = try names("journal", ".sqlite")
            guard let newest = segments.last else { throw Failure("the journal has no segment") }
            let name = number == 0 ? newest : round.random.pick(segments)
            try flipped("journal/" + name) { bit in
                try verify(name, bit)
                guard try starts(naming: name) else { return false }
                Machine.sleep(seconds: 3)
                guard try stops(naming: name) else { return true }
                // From where the platform itself read on: what lies before may be what is damaged.
                let next = records.last.map { $0.position + Int64($0.entry.positions) } ?? 1
                guard let more = try? Checks.records(data, from: next) else { return true }
                try Checks(round).hold(records + more)
                return true
            }
        }
        for _ in 0..<2 { try flipped("alerts.sqlite") { try readAlerts($0) } }
        guard let snapshot = try names("snapshots", ".snapshot").last else { return }
        try flipped("snapshots/" + snapshot) { _ in
            // Passed over for the one before.
            try startAgain()
            return true
        }
    }

    private func names(_ folder: String, _ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: data + "/" + folder).filter { $0.hasSuffix(suffix) }
            .sorted()
    }

    private func verify(_ name: String, _ bit: Int) throws {
        // An error says so, too.
        guard let report = try? Journal.verify(data: data), report.problem == nil else { return }
        guard try Checks.records(data).map({ "\($0)" }) == records.map({ "\($0)" }) else {
            throw Failure("bit \(bit) of \(name) turned over: verify finds nothing, and other records are read")
        }
    }

    /// What the history tells is what was stored, or that the store is damaged. Only notices are protected by a checksum: a
    /// bit of another table may give the feed a new epoch or hide rows, and no more is asked of it here.
    private func readAlerts(_ bit: Int) throws -> Bool {
        guard try starts(naming: "alerts.sqlite") else { return false }
        let configuration = round.platform.configuration
        let consumer = SimulatedConsumer(topics: [], feed: configuration.feed, history: configuration.history)
        consumer.start()
        Machine.sleep(seconds: 5)
        consumer.stop()
        if let failure = consumer.failure, !failure.contains("(damaged: ") { throw Failure(failure) }
        let head = notices.keys.max() ?? 0
        // What comes after is decided by this start.
        for (seq, body) in consumer.taken where seq <= head {
            guard notices[seq] == Self.withoutEpoch(body) else {
                throw Failure("bit \(bit) of alerts.sqlite turned over: notice \(seq) is told otherwise than stored")
            }
        }
        _ = try stops(naming: "alerts.sqlite")
        return true
    }

    private static func withoutEpoch(_ body: String) -> String {
        body.replacing(/"epoch":"[0-9a-f]+"/, with: "", maxReplacements: 1)
    }

    /// Starts the platform on what lies there; false where it refuses, and names the file.
    private func starts(naming name: String) throws -> Bool {
        let platform = round.platform
        platform.start()
        for _ in 0..<600 where platform.isRunning && !platform.isReady { Machine.sleep(seconds: 0.1) }
        guard platform.isRunning else {
            try requireNamed(name)
            return false
        }
        guard platform.isReady else { throw Failure("a bit of \(name) turned over: not ready after a minute") }
        return true
    }

    /// Stops the platform; false where it has ended for the damage, and names the file.
    private func stops(naming name: String) throws -> Bool {
        guard round.platform.stop() else { throw Failure("the platform does not stop") }
        guard round.platform.failure != nil else { return true }
        try requireNamed(name)
        return false
    }

    private func requireNamed(_ name: String) throws {
        let failure = round.platform.failure ?? "nothing"
        guard failure.contains(name) else {
            throw Failure("a bit of \(name) turned over, and the platform ends without naming it: \(failure)")
        }
    }

    /// Once the bit is as it was all is well again.
    private func startAgain() throws {
        round.platform.start()
        try round.stopCleanly()
        try Checks(round).run()
    }

    /// Turns a bit over and hears whether the platform started on it; where it did not, it starts once the bit is turned back. In the
    /// end everything lies there as it did before.
    private func flipped(_ name: String, _ starts: (Int) throws -> Bool) throws {
        let (path, copy) = (data + "/" + name, round.place + "/copy")
        let files = FileManager.default
        try files.copyItem(atPath: data, toPath: copy)
        let bits = (files.contents(atPath: path)?.count ?? 0) * 8
        let bit = Int.random(in: 0..<max(1, bits), using: &round.random)
        try flip(bit, path)
        sim_note("bit \(bit) of \(name) turned over")
        if try !starts(bit) {
            try flip(bit, path)
            try startAgain()
        }
        try files.removeItem(atPath: data)
        try files.moveItem(atPath: copy, toPath: data)
    }

    private func flip(_ bit: Int, _ path: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: UInt64(bit / 8))
        guard let byte = try file.read(upToCount: 1)?.first else { return }
        try file.seek(toOffset: UInt64(bit / 8))
        try file.write(contentsOf: Data([byte ^ 1 << UInt8(bit % 8)]))
    }
}
