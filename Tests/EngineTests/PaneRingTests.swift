import Events
import Testing

@testable import Engine

struct PaneRingTests {
    /// The figures of docs/performance.md.
    @Test(
        arguments: [
            (Aggregate.count, 512), (.sum, 1000), (.avg, 1000), (.min, 1000), (.max, 1000), (.stddev, 1488),
            (.first, 2464), (.last, 2464), (.delta, 2464), (.slope, 2464), (.rate, 2952), (.increase, 2952),
        ])
    func `a key with a window of 60 panes takes so many bytes`(aggregate: Aggregate, bytes: Int) {
        let window = Rule.Window(aggregate: aggregate, shape: .sliding(over: .minutes(60), step: .minutes(1)))
        #expect(window.bytes + MemoryLayout<KeyState>.stride == bytes)
    }

    @Test func `a number of samples stays full, and what is none is nothing`() {
        let cell = UnsafeMutablePointer<Double>.allocate(capacity: 2)
        defer { cell.deallocate() }
        cell.initialize(repeating: 0, count: 2)
        let run = PaneRun(count: UnsafeMutableRawPointer(cell), numbers: cell + 1)
        for (written, read) in [
            (3, 3), (4_294_967_295, 4_294_967_295), (4_294_967_296, 4_294_967_295), (-1, 0), (.nan, 0),
            (.infinity, 4_294_967_295),
        ] as [(Double, Double)] {
            run[0] = written
            #expect(run[0] == read)
        }
        run[1] = 7
        #expect(cell[1] == 7 && run[1] == 7)
    }

    /// A cell with samples of a whole round and a half, in order, and what its current round and the round before hold.
    private static func filled(_ ring: PaneRing, _ cell: UnsafeMutablePointer<Double>, samples: Int64) {
        for second in 0..<samples where second % 7 != 3 {
            _ = ring.add(Double(second * second % 97) - 40, at: Timestamp(seconds: second), to: cell)
        }
    }

    /// As version 2 of snapshots wrote them.
    private static func widened(_ ring: PaneRing, _ cell: UnsafeMutablePointer<Double>) -> [Double] {
        let counts = UnsafeRawPointer(cell + 1 + ring.width)
        let runs = ring.cellSize - ring.panes * ring.width
        var wide = [cell[0]]
        for place in -1..<ring.panes {
            wide.append(Double(counts.load(fromByteOffset: (1 + place) * 4, as: UInt32.self)))
            wide += (0..<ring.width).map { cell[place < 0 ? 1 + $0 : runs + place * ring.width + $0] }
        }
        return wide
    }

    @Test(
        arguments: [Aggregate.count, .sum, .avg, .min, .max, .stddev, .first, .last, .delta, .slope, .rate, .increase],
        [1, 2, 59, 60])
    func `the cell of a snapshot of version 2 is read bit for bit`(aggregate: Aggregate, panes: Int) {
        let ring = PaneRing(aggregate, over: .seconds(Int64(panes)), step: .seconds(1))
        for samples in [0, 1, Int64(panes), Int64(panes) * 5 / 2 + 1] {
            var (old, new) = (
                [Double](repeating: 0, count: ring.cellSize), [Double](repeating: 5, count: ring.cellSize)
            )
            new[ring.cellSize - ring.panes * ring.width - 1] = 0
            old.withUnsafeMutableBufferPointer { old in
                Self.filled(ring, old.baseAddress!, samples: samples)
                let wide = Self.widened(ring, old.baseAddress!)
                #expect(wide.count == ring.wideSize)
                new.withUnsafeMutableBufferPointer { new in
                    wide.withUnsafeBytes { ring.restore(new.baseAddress!, wide: $0) }
                }
            }
            #expect(old.map(\.bitPattern) == new.map(\.bitPattern), "\(samples)")
        }
    }

    @Test func `a window takes as many samples as it can count, and then refuses`() {
        let ring = PaneRing(.avg, over: .seconds(4), step: .seconds(1))
        var cell = [Double](repeating: 0, count: ring.cellSize)
        cell.withUnsafeMutableBufferPointer { space in
            let cell = space.baseAddress!
            let time = Timestamp(seconds: 5)
            #expect(ring.add(8, at: time, to: cell) == .taken)
            let counts = UnsafeMutableRawPointer(cell + 1 + ring.width)
            // The current round's, and that of the pane at place 1.
            for place in [0, 2] {
                counts.storeBytes(of: PaneRun.most - 1, toByteOffset: place * PaneRun.countSize, as: UInt32.self)
            }
            #expect(ring.measure(8, at: time, of: cell).0 == .taken)
            let full = ring.value(at: time, of: cell)
            #expect(ring.measure(8, at: time, of: cell).0 == .refused)
            #expect(ring.add(8, at: time, to: cell) == .refused)
            #expect(ring.value(at: time, of: cell) == full)
            // The next round begins anew, and what is late is refused as long as the full one is in the window.
            #expect(ring.add(1, at: Timestamp(seconds: 8), to: cell) == .taken)
            #expect(ring.add(8, at: Timestamp(seconds: 5), to: cell) == .refused)
            #expect(ring.add(1, at: Timestamp(seconds: 9), to: cell) == .taken)
            #expect(ring.value(at: Timestamp(seconds: 9), of: cell) == 1)
        }
    }

    /// Each count of an odd number of places has a neighbour in the same eight bytes.
    @Test(arguments: [1, 2, 3, 60, 61]) func `no pane writes into another's place`(panes: Int) {
        let ring = PaneRing(.avg, over: .seconds(Int64(panes)), step: .seconds(1))
        var cell = [Double](repeating: 0, count: ring.cellSize + 1)
        cell[ring.cellSize] = 77
        cell.withUnsafeMutableBufferPointer { space in
            let cell = space.baseAddress!
            var values: [Double] = []
            for second in 0..<Int64(4 * panes + 3) where second % 7 != 3 {
                let time = Timestamp(seconds: second)
                #expect(ring.add(Double(second * second % 97), at: time, to: cell) == .taken)
                let inWindow = (max(0, second - Int64(panes) + 1)...second).filter { $0 % 7 != 3 }
                let expected = inWindow.map { Double($0 * $0 % 97) }.reduce(0, +) / Double(inWindow.count)
                values.append(abs(ring.value(at: time, of: cell) - expected))
            }
            #expect(values.max()! < 1e-9)
        }
        #expect(cell[ring.cellSize] == 77)
    }
}
