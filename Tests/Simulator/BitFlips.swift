import Foundation
import Journal

/// Bits that turn over in what lies on the disk: they are told, or nothing that is read has changed.
struct BitFlips {
    private let round: Round
    private let data: String

    init(_ round: Round) {
        self.round = round
        data = round.platform.configuration.data
    }

    /// After a clean stop.
    func run() throws {
        let before = try checksums()
        for _ in 0..<3 {
            let file = data + "/journal/" + round.random.pick(try names("journal", ".sqlite"))
            try flipped(file) { bit in
                // An error says so, too.
                guard let report = try? Journal.verify(data: data), report.problem == nil else { return }
                guard try checksums() == before else {
                    throw Failure("bit \(bit) of \(file) turned over: verify finds nothing, and other records are read")
                }
            }
        }
        guard let snapshot = try names("snapshots", ".snapshot").last else { return }
        try flipped(data + "/snapshots/" + snapshot) { _ in
            round.platform.start()
            try round.stopCleanly()
        }
        try Checks(round).run()
    }

    private func names(_ folder: String, _ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: data + "/" + folder).filter { $0.hasSuffix(suffix) }
            .sorted()
    }

    private func checksums() throws -> [Digest] {
        var reader = try Journal.read(data: data, from: 1)
        var all: [Digest] = []
        while let stored = try reader.next() { all.append(stored.checksum) }
        return all
    }

    /// Turns a bit over for as long as the body runs.
    private func flipped(_ path: String, _ body: (Int) throws -> Void) throws {
        let bits = (FileManager.default.contents(atPath: path)?.count ?? 0) * 8
        let bit = Int.random(in: 0..<max(1, bits), using: &round.random)
        try flip(bit, path)
        try body(bit)
        // A snapshot may have been replaced meanwhile.
        if FileManager.default.fileExists(atPath: path) { try flip(bit, path) }
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
