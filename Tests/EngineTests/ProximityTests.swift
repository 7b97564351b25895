import Events
import Testing

@testable import Engine

struct ProximityTests {
    /// lon, lat, lon, lat and the geodesic in metres (Vincenty's inverse formula on WGS 84, computed apart).
    static let known: [(Double, Double, Double, Double, Double)] = [
        (120.3, 31.57, 120.31, 31.57, 949.3147), (120.3, 31.57, 120.3, 31.58, 1108.7940),
        (120.3051, 31.5747, 120.6, 31.9, 45628.6269), (120.3, 31.57, 120.8, 31.57, 47465.6944),
        (179.9, 0, -179.9, 0, 22263.8982), (179.99, -16.5, -179.95, -16.6, 12785.9275),
        (0, 89.9, 180, 89.9, 22338.7957), (10, 89.9, -100, 89.95, 14093.0181),
        (45, -89.99, 135, -89.99, 1579.5914), (10, 60, 10.5, 60.3, 43457.3975), (0, 0, 0, 0.4, 44229.7175),
        (0, 0, 0.44, 0, 48980.5759), (120.3, 31.57, 120.3, 31.570009, 0.9979),
    ]

    @Test(arguments: known) func `a distance is within a centimetre of the geodesic`(
        a: Double, b: Double, c: Double, d: Double, metres: Double
    ) throws {
        let one = try #require(GeoPoint(longitude: a, latitude: b))
        let other = try #require(GeoPoint(longitude: c, latitude: d))
        let chord = one.squaredChord(to: other)
        #expect(chord <= GeoPoint.squaredChord(ofArc: metres + 0.01))
        #expect(chord >= GeoPoint.squaredChord(ofArc: metres - 0.01))
        var points = NearPoints(within: max(1, metres + 0.01), capacity: 4)
        _ = points.add(.init(place: other, time: .distantPast, identity: 1, isExercise: false))
        var found = 0
        points.forEach(near: one) { _ in found += 1 }
        #expect(found == 1, "the grid finds it across poles and the antimeridian")
    }

    @Test func `sine and cosine are those of the circle`() {
        for (degrees, sine, cosine) in [(0.0, 0.0, 1.0), (30, 0.5, 0.866_025_403_784_438_6), (90, 1, 0), (-180, 0, -1)]
        {
            let (sin, cos) = GeoPoint.sinCos(degrees)
            #expect(abs(sin - sine) < 1e-15 && abs(cos - cosine) < 1e-15)
        }
    }

    static func rule(
        _ measure: Rule.Proximity.Measure = .subjects, metres: Double = 500, during: Int64 = 600,
        of: Rule.Step? = nil, at: [Double] = [2, 3], points: Int32 = 10_000, change: (inout Rule) -> Void = { _ in }
    ) -> Rule {
        let names: [Level] = [.yellow, .orange, .red]
        var rule = Rule.threshold("r")
        rule.ladder = zip(names, at).map { .init(level: $0, at: .number($1)) }
        rule.kind = .proximity(
            .init(
                measure: measure, within: metres, during: .seconds(during), of: of, maximumPoints: points))
        change(&rule)
        return rule
    }

    static let here = (lon: 120.30, lat: 31.57)
    /// 475 m east of it, and 1,899 m.
    static let near = (lon: 120.305, lat: 31.57)
    static let far = (lon: 120.32, lat: 31.57)

    @Test func `different subjects within the distance and the span are counted`() {
        var scenario = Scenario(Self.rule())
        scenario.read(0, 1, subject: "a", place: Self.here)
        scenario.read(10, 1, subject: "a", place: Self.near)
        scenario.read(20, 1, subject: "b", place: Self.far)
        #expect(scenario.lines == [])
        scenario.read(30, 1, subject: "c", place: Self.near)
        scenario.read(620, 1, subject: "d", place: Self.far)
        scenario.read(1300, 1, subject: "e", place: Self.far)
        #expect(scenario.lines == ["30 raised yellow c", "620 raised yellow d", "630 resolved c", "1220 resolved d"])
    }

    @Test func `at exactly the span an event still counts`() {
        for (time, expected) in [(600.0, ["600 raised yellow b"]), (600.000001, [])] {
            var scenario = Scenario(Self.rule())
            scenario.read(0, 1, subject: "a", place: Self.here)
            scenario.read(time, 1, subject: "b", place: Self.near)
            #expect(scenario.lines == expected)
        }
    }

    @Test func `a crowd beside a gas alarm: events of another input are counted`() {
        let gas = Rule.Step(input: .init(type: "reading", metric: "gas", unit: ""))
        var scenario = Scenario(Self.rule(of: gas, at: [1]))
        scenario.read(0, 1, subject: "crowd", place: Self.here)
        scenario.read(10, 30, subject: "well", metric: "gas", place: Self.near)
        scenario.read(20, 1, subject: "crowd", place: Self.here)
        #expect(scenario.lines == ["20 raised yellow crowd"])
    }

    @Test func `registered hazard sources: the worst grade near counts 4`() {
        let registry = Registry(subjects: [
            .init(id: "tank", longitude: Self.near.lon, latitude: Self.near.lat, grade: 1),
            .init(id: "store", longitude: Self.far.lon, latitude: Self.far.lat, grade: 3),
        ])
        var scenario = Scenario(Self.rule(.danger, at: [1, 4]), registry: registry)
        scenario.read(0, 1, subject: "fire", place: Self.far)
        scenario.read(10, 1, subject: "fire", place: Self.here)
        scenario.read(2000, 1, subject: "other", place: (121, 31))
        #expect(scenario.lines == ["0 raised yellow fire", "10 escalated orange fire", "610 resolved fire"])
    }

    @Test func `without a place nothing is judged; beyond the bound the oldest point goes; both are counted`() {
        var scenario = Scenario(Self.rule(points: 100))
        scenario.read(0, 1, subject: "a")
        for index in 0..<150 { scenario.read(1, 1, subject: "s\(index)", place: (Double(index), 10)) }
        let counters = scenario.engine.counters[0].counters
        #expect(counters.noPlace == 1 && counters.droppedPoints == 50)
    }

    @Test func `a random stream is counted as by comparing every pair, over restarts too`() throws {
        var seed: UInt64 = 31
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        var scenario = Scenario(Self.rule(metres: 700, during: 100, at: [2, 4, 6]))
        var events: [(time: Int, subject: Int, place: GeoPoint, value: Int)] = []
        var time = 0
        var levels: [Int: Int] = [:]
        for _ in 0..<600 {
            time += random(12)
            let subject = random(12)
            let (lon, lat) = (120.3 + Double(random(40)) / 1000, 31.5 + Double(random(20)) / 1000)
            let place = try #require(GeoPoint(longitude: lon, latitude: lat))
            scenario.read(Double(time), 1, subject: "s\(subject)", place: (lon, lat))
            if random(10) == 0 { try scenario.restart() }
            let near = Set(
                (events + [(time, subject, place, 0)]).filter {
                    time - $0.time <= 100 && $0.place.squaredChord(to: place) <= GeoPoint.squaredChord(ofArc: 700)
                }.map(\.subject))
            events.append((time, subject, place, near.count))
            let most = events.filter { $0.subject == subject && time - $0.time <= 100 }.map(\.value).max() ?? 0
            levels[subject] = most >= 6 ? 3 : most >= 4 ? 2 : most >= 2 ? 1 : 0
            let last = scenario.decisions.last { $0.key == "s\(subject)" }
            #expect(last?.level.map { Int($0.rawValue) - 1 } ?? 0 == levels[subject], "\(time) s\(subject)")
        }
        #expect(scenario.decisions.count > 100)
    }
}
