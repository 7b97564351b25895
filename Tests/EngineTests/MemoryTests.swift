import Events
import Testing

@testable import Engine

/// What many keys that come once and never again leave behind.
struct MemoryTests {
    static func rules() -> [Rule] {
        [
            .over50(for: 0) { $0.keyTTL = .seconds(60) },
            .threshold("w", .init(level: .red, at: .number(1e9))) {
                $0.values = [
                    .init(
                        name: "w", kind: .window(.init(aggregate: .sum, over: .seconds(60), step: .seconds(10))))
                ]
                $0.keyTTL = .seconds(60)
            },
        ]
    }

    /// A few keys that stay, then `count` keys of one reading each, a thousand a second, then quiet for longer than a key lives.
    static func storm(_ count: Int, into scenario: inout Scenario, from start: Int = 0) {
        for second in 0..<(count + 999) / 1000 {
            var batch = EventBatch()
            for index in 0..<min(1000, count - second * 1000) {
                batch.add(
                    time: .init(seconds: Int64(start + second)), value: 1, subject: "once-\(start)-\(second)-\(index)")
            }
            batch.add(time: .init(seconds: Int64(start + second)), value: 60, subject: "stays")
            scenario.apply(.events(batch), at: Double(start + second))
        }
        for second in 0..<200 {
            let time = Double(start + (count + 999) / 1000 + second)
            scenario.read(time, 60, subject: "stays")
            scenario.tick(time)
        }
    }

    struct Sizes: Equatable {
        var symbols: Int
        var buckets: Int
        var slots: Int
        var pages: Int
        var windowPages: Int
        var timers: Int
    }

    static func sizes(_ engine: Engine) -> Sizes {
        Sizes(
            symbols: engine.symbols.count, buckets: engine.runtimes.reduce(0) { $0 + $1.index.buckets },
            slots: engine.runtimes.reduce(0) { $0 + Int($1.keys.count) },
            pages: engine.runtimes.reduce(0) { $0 + $1.keys.pagesInUse },
            windowPages: engine.runtimes[1].windows[0]!.pagesInUse, timers: engine.receivedTimers.timers.capacity)
    }

    @Test func `S37 keys that come once leave no memory behind`() throws {
        var scenario = Scenario(Self.rules()[0], Self.rules()[1], timing: Timing(clock: .wall))
        scenario.read(0, 60, subject: "stays")
        let before = scenario.engine.snapshot().count
        for round in 0..<3 {
            Self.storm(6_000, into: &scenario, from: 1 + round * 1000)
            let sizes = Self.sizes(scenario.engine)
            #expect(
                sizes.symbols < 2000 && sizes.buckets == 128 && sizes.slots <= 2048 && sizes.pages == 2
                    && sizes.windowPages <= 4 && sizes.timers <= 4096, "\(sizes)")
            #expect(scenario.engine.snapshot().count < before + 40_000)
            try scenario.restart()
        }
        #expect(scenario.engine.counters.map(\.keys) == [1, 1])
        #expect(scenario.lines == ["0 raised red stays"])
    }

    @Test func `S37 a restart in the middle changes nothing of it`() throws {
        var one = Scenario(Self.rules()[0], Self.rules()[1], timing: Timing(clock: .wall))
        one.read(0, 60, subject: "stays")
        Self.storm(2_000, into: &one)
        var other = one
        for second in 1000..<1020 {
            for scenario in [0, 1] {
                var batch = EventBatch()
                for index in 0..<100 {
                    batch.add(
                        time: .init(seconds: Int64(second)), value: index % 37 == 0 ? 60 : 1,
                        subject: "again-\(second)-\(index)")
                }
                if scenario == 0 {
                    one.apply(.events(batch), at: Double(second))
                } else {
                    other.apply(.events(batch), at: Double(second))
                    try other.restart()
                }
            }
        }
        #expect(!one.decisions.isEmpty && one.decisions == other.decisions)
        #expect(one.engine.snapshot() == other.engine.snapshot())
    }

    @Test func `slots are used again from the lowest`() {
        var free = FreeSlots()
        for slot in [5, 1, 9, 3, 7, 0] as [Int32] { free.insert(slot) }
        free.shrink(to: 8)
        #expect((0..<6).map { _ in free.popLowest() } == [0, 1, 3, 5, 7, nil])
    }

    @Test func `an index shrinks with its keys and finds what stays`() {
        var index = SlotIndex()
        for symbol in 0..<10_000 as Range<Int32> {
            index.insert(SlotIndex.key(symbol, exercise: false), slot: symbol)
        }
        for symbol in 0..<9_990 as Range<Int32> { index.remove(SlotIndex.key(symbol, exercise: false)) }
        #expect(index.buckets <= 128 && index.count == 10)
        #expect((9_990..<10_000 as Range<Int32>).allSatisfy { index.find(SlotIndex.key($0, exercise: false)) == $0 })
    }
}
