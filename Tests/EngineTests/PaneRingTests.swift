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
