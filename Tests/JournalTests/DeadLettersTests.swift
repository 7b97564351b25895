import Events
import Foundation
import GRDB
import TestSupport
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

    @Test func `counts are told while an insert waits for the file`() throws {
        let letters = try DeadLetters(data: directory.path)
        let other = try DatabaseQueue(path: DeadLetters.path(directory.path))
        try other.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            let one = letter(0)
            Thread { try? letters.insert([one]) }.start()
            // Where one of them waited, it would be for as long as the insert does, which then fails.
            for _ in 0..<200 {
                #expect(letters.counts.kept == 0)
                usleep(2000)
            }
            try database.execute(sql: "COMMIT")
        }
        #expect(eventually { letters.counts.kept == 1 })
    }

    @Test func `a month's letters are erased, on both sides of its edges, and are no more in the files`() throws {
        let (july, august) = (Timestamp(seconds: 1_782_835_200), Timestamp(seconds: 1_785_513_600))
        func letter(_ received: Timestamp, _ text: String) -> DeadLetter {
            DeadLetter(
                received: received, department: "gas", index: 0, code: "bad_json", reason: "", raw: Array(text.utf8))
        }
        let letters = try DeadLetters(data: directory.path)
        try letters.insert([
            letter(july - TimeSpan.seconds(1), "before"), letter(july, "secret-a"),
            letter(august - TimeSpan.seconds(1), "secret-b"), letter(august, "after"),
        ])
        #expect(try letters.erase(month: "2026-07") == 2)
        #expect(letters.counts.kept == 2)
        #expect(
            try letters.newest(9, raw: true).map { String(decoding: $0.raw, as: UTF8.self) } == ["after", "before"])
        for suffix in ["", "-wal"] {
            let bytes = try Files.read(directory.path + "/deadletters.sqlite" + suffix, upTo: 1 << 20) ?? []
            #expect(bytes.firstRange(of: Array("secret".utf8)) == nil)
        }
    }

    @Test func `the file is its owner's only`() throws {
        _ = try DeadLetters(data: directory.path)
        var status = stat()
        #expect(stat(directory.path + "/deadletters.sqlite", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }
}
