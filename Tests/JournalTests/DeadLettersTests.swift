import Events
import Glibc
import Testing

@testable import Journal

struct DeadLettersTests {
    let directory = TemporaryDirectory()

    private func letter(_ index: Int64, raw: Int = 10, department: String = "gas") -> DeadLetter {
        DeadLetter(
            received: Samples.at(index), department: department, index: index, code: "unit_mismatch", field: "unit",
            reason: "%VOL is not %LEL", raw: [UInt8](repeating: 65, count: raw))
    }

    @Test func `the newest come first, without raw bytes unless asked for`() throws {
        let letters = try DeadLetters(data: directory.path)
        try letters.insert([letter(0), letter(1), letter(2, department: "water")])
        #expect(try letters.newest(2, raw: true) == [letter(2, department: "water"), letter(1)])
        #expect(try letters.newest(1, department: "gas") == [letter(1, raw: 0)])
    }

    @Test func `rows above the limit drop the oldest, counted for ever`() throws {
        for round in 0..<2 {
            let letters = try DeadLetters(data: directory.path, limits: DeadLetterLimits(rows: 5))
            try letters.insert((0..<4).map { letter($0) })
            try letters.insert((4..<8).map { letter($0) })
            #expect(letters.counts.kept == 5)
            #expect(letters.counts.dropped == (round == 0 ? 3 : 11))
            #expect(try letters.newest(10).map(\.index) == [7, 6, 5, 4, 3])
        }
    }

    @Test func `bytes above the limit drop the oldest, and raw bytes are cut`() throws {
        let letters = try DeadLetters(data: directory.path, limits: DeadLetterLimits(bytes: 10_000))
        for index in 0..<5 { try letters.insert([letter(Int64(index), raw: 1 << 20)]) }
        #expect(letters.counts.kept == 2)
        #expect(try letters.newest(1, raw: true).first?.raw.count == DeadLetterLimits.rawBytes)
    }

    @Test func `the file is its owner's only`() throws {
        _ = try DeadLetters(data: directory.path)
        var status = stat()
        #expect(stat(directory.path + "/deadletters.sqlite", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }
}
