import Events
import TestSupport
import Testing

@testable import Journal

struct BatchCodecTests {
    @Test(arguments: [0, 1, 2, 100])
    func `any consistent batch comes back bit for bit`(count: Int) throws {
        for seed in 0..<50 {
            var random = SeededGenerator(seed: UInt64(seed))
            let batch = Samples.wild(count, &random)
            #expect(batch.isConsistent)
            #expect(image(try decodeBatch(encodeBatch(batch))) == image(batch))
        }
    }

    @Test func `plausible readings take under 40 bytes an event before compression`() throws {
        let batch = Samples.readings(1000)
        let bytes = encodeBatch(batch)
        #expect(image(try decodeBatch(bytes)) == image(batch))
        #expect(bytes.count < 40 * batch.count)
    }

    @Test func `a damaged payload is an error or another consistent batch, never a trap`() {
        var random = SeededGenerator(seed: 1)
        var refused = 0
        for round in 0..<4000 {
            var bytes = encodeBatch(Samples.wild(round % 7, &random))
            switch round % 3 {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            case 1: bytes[Int.random(in: bytes.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            default:
                for _ in 0..<4 {
                    bytes[Int.random(in: bytes.indices, using: &random)] = random.next() & 1 == 0 ? 0xFF : 0
                }
            }
            do {
                #expect(try decodeBatch(bytes).isConsistent)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 2000)
    }

    @Test func `a payload cut anywhere is refused`() throws {
        let bytes = encodeBatch(Samples.readings(5))
        for length in bytes.indices { #expect(throws: CodecFailure.self) { try decodeBatch(Array(bytes[..<length])) } }
        #expect(throws: CodecFailure.self) { try decodeBatch(bytes + [0]) }
    }

    @Test func `counts over the limits are refused before anything is allocated`() {
        var out = ColumnWriter(capacity: 16)
        for count in [UInt64(Limits.rowEvents) + 1, 0, 0, 0, 0] { out.varint(count) }
        let expected = CodecFailure("\(Limits.rowEvents + 1) events, at most \(Limits.rowEvents)", at: 0)
        #expect(throws: expected) { try decodeBatch(out.bytes) }
    }

    @Test func `a zstd frame that promises another size than its row is refused`() throws {
        let compressor = Compressor()
        let stored = compressor.compress([UInt8](repeating: 7, count: 1000))
        #expect(try compressor.expand(stored, size: 1000).count == 1000)
        for size in [0, 999, 1001, Int64.max, -1] {
            #expect(throws: CodecFailure.self) { try compressor.expand(stored, size: size) }
        }
        #expect(throws: CodecFailure.self) { try compressor.expand([], size: 5) }
    }
}
