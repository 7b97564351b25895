import Engine
import Events
import Platform
import Testing

/// Alarms of two replays side by side: which belong together, and how they differ.
struct ReplayDifferenceTests {
    private static func time(_ second: Int64) -> Timestamp { Timestamp(seconds: second) }

    /// A rule whose levels are the numbers 1 to 4.
    private static func rule(_ id: String) -> Rule {
        Rule(
            id: id, title: .init(zh: "甲", en: "a"), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: Level.allCases.map { .init(level: $0, at: .number(Double($0.rank))) })
    }

    /// What the engine decides of an alarm that steps through levels at seconds, and of its end.
    private static func alarm(
        _ steps: [(Int64, Level)], until end: Int64?, key: String = "A", rule id: String = "gas", exercise: Bool = false
    ) -> [Decision] {
        var engine = Engine(ruleSet: RuleSet(rules: [rule(id)], timing: Timing(clock: .events)))
        var decisions: [Decision] = []
        let readings = steps.map { ($0.0, Double($0.1.rank)) } + (end.map { [($0, 0.0)] } ?? [])
        // An episode's id is its position: each alarm has its own, in the order of time.
        let position =
            1 + steps[0].0 * 1000 + Int64(key.utf8.first ?? 0) + Int64(id.utf8.first ?? 0) + (exercise ? 500 : 0)
        for (index, reading) in readings.enumerated() {
            var batch = EventBatch()
            batch.add(time(reading.0), reading.1, subject: key, exercise: exercise)
            let record = JournalRecord(
                position: position + Int64(index), received: time(reading.0), department: "d", entry: .events(batch))
            engine.apply(record, into: &decisions)
        }
        return decisions
    }

    private static func episodes(_ decisions: [Decision], since: Int64 = -1, until: Int64 = 1000) -> [ReplayEpisode] {
        var episodes = ReplayEpisodes(since: time(since), until: time(until))
        for decision in decisions { episodes.take(decision) }
        return episodes.all
    }

    private static func difference(_ other: [[Decision]], _ candidate: [[Decision]]) -> ReplayDifference {
        ReplayDifference(from: episodes(other.flatMap { $0 }), to: episodes(candidate.flatMap { $0 }))
    }

    @Test func `equal alarms are the same, whatever lies between`() {
        let alarms = [
            alarm([(0, .yellow), (5, .red), (9, .yellow)], until: 20), alarm([(3, .blue)], until: nil, key: "B"),
        ]
        let found = Self.difference(alarms, alarms)
        #expect(found.isEmpty && found.same == 2)
    }

    @Test func `what came late counts as when it was decided, not as when it happened`() throws {
        var decisions = Self.alarm([(0, .yellow)], until: 10)
        for index in decisions.indices { decisions[index].decidedAt = Self.time(500) }
        #expect(Self.episodes(decisions, since: 400).count == 1)
        #expect(Self.episodes(decisions, since: 501).isEmpty)
    }

    private func alarm(_ steps: [(Int64, Level)], until end: Int64?, key: String = "A") -> [Decision] {
        Self.alarm(steps, until: end, key: key)
    }

    @Test func `alarms that touch at one moment are one, and a second between them is lost and gained`() {
        let touching = Self.difference([alarm([(0, .blue)], until: 10)], [alarm([(10, .blue)], until: 20)])
        #expect(touching.changed == 1 && touching.gained == 0 && touching.lost == 0)
        let apart = Self.difference([alarm([(0, .blue)], until: 10)], [alarm([(11, .blue)], until: 20)])
        #expect(apart.changed == 0 && apart.gained == 1 && apart.lost == 1)
    }

    @Test func `a change names every way in which the candidate differs`() throws {
        let found = Self.difference(
            [alarm([(60, .yellow), (90, .orange)], until: 300)],
            [alarm([(0, .yellow), (80, .orange), (100, .red)], until: nil)])
        let change = try #require(found.rules.first?.changed.first)
        #expect(
            change.ways == [
                .raised(by: .seconds(-60)), .peak(from: .orange, to: .red), .reached(.orange, by: .seconds(-10)),
                .open(candidate: true),
            ])
        #expect(
            change.ways.map(\.text) == [
                "raised 1m earlier", "peak red instead of orange", "orange 10s earlier", "still open",
            ])
    }

    @Test func `an alarm that jumps over a level differs from one that passes through it`() {
        let found = Self.difference([alarm([(0, .yellow), (5, .red)], until: 9)], [alarm([(0, .red)], until: 9)])
        #expect(
            found.rules.first?.changed.first?.ways == [
                .passed(.yellow, onlyCandidate: false), .reached(.red, by: .seconds(-5)),
            ])
    }

    @Test func `one long alarm that becomes two is one changed and one gained`() {
        let found = Self.difference(
            [alarm([(0, .blue)], until: 100)], [alarm([(0, .blue)], until: 40), alarm([(60, .blue)], until: 100)])
        #expect(found.changed == 1 && found.gained == 1 && found.lost == 0)
        let back = Self.difference(
            [alarm([(0, .blue)], until: 40), alarm([(60, .blue)], until: 100)], [alarm([(0, .blue)], until: 100)])
        #expect(back.changed == 1 && back.gained == 0 && back.lost == 1)
    }

    @Test func `keys, rules and drills are kept apart`() {
        let found = Self.difference(
            [alarm([(0, .blue)], until: 9)],
            [
                alarm([(0, .blue)], until: 9, key: "B"), Self.alarm([(0, .blue)], until: 9, rule: "water"),
                Self.alarm([(0, .blue)], until: 9, exercise: true),
            ])
        #expect(found.gained == 3 && found.lost == 1 && found.changed == 0 && found.same == 0)
        #expect(found.rules.map(\.rule) == ["gas", "water"])
    }

    @Test func `what was over before the stretch is left out, and what was decided after it`() {
        let decisions =
            alarm([(0, .blue)], until: 9) + alarm([(20, .blue)], until: 30) + alarm([(40, .blue)], until: 50)
        #expect(Self.episodes(decisions, since: 10, until: 45).map(\.started) == [Self.time(20), Self.time(40)])
        #expect(Self.episodes(decisions, since: 9, until: 45).map(\.started) == [0, 20, 40].map(Self.time))
        #expect(Self.episodes(decisions, since: 10, until: 45).map(\.ended) == [Self.time(30), nil])
    }
}

extension EventBatch {
    mutating func add(_ time: Timestamp, _ value: Double, subject: String, exercise: Bool = false) {
        ids.append(UnsafeRawBufferPointer(start: nil, count: 0))
        times.append(time)
        periods.append(0)
        types.append(strings.intern("reading"))
        sources.append(strings.intern("s"))
        subjects.append(strings.intern(subject))
        areas.append(Self.absent)
        longitudes.append(.nan)
        latitudes.append(.nan)
        flags.append(exercise ? [.exercise] : [])
        metrics.append(strings.intern("m"))
        values.append(value)
        units.append(Self.absent)
        qualities.append(Self.absent)
        readingEnds.append(UInt32(values.count))
        fieldEnds.append(0)
    }
}
