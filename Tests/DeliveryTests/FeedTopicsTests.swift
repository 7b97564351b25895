import AlertStore
import Testing

@testable import Delivery

@Suite struct FeedTopicsTests {
    @Test(
        arguments: [
            ("320213021000", ["320213021", "320213000000/", "320200000000/", "320000000000/"]),
            ("320213", ["320213", "320200000000/", "320000000000/"]),
            ("320200", ["3202", "320000000000/"]), ("320000", ["32"]),
            ("320213021003", ["320213021003", "320213021000/", "320213000000/", "320200000000/", "320000000000/"]),
            ("3202", nil), ("", nil), ("gas", nil),
        ] as [(String, [String]?)])
    func `an area's topics are its prefix and its ancestors' exact codes`(code: String, expected: [String]?) {
        #expect(FeedTopics.area(code, kinds: ["alarm"]) == expected.map { $0.map { "alarm/area/\($0)" } })
    }

    @Test(arguments: [
        ("", true), ("alarm/", true), ("exercise/", true), ("alarm/domain/", true), ("alarm/domain/gas", true),
        ("alarm/domain/gas/red/320213", true), ("alarm/domain/gas/red/320213021000/", true), ("alarm/level/re", true),
        ("alarm/level/red/", true), ("exercise/warning/area/320213021000/orange/gas/", true), ("alarm/area/32", true),
        ("gas", false), ("/alarm/", false), ("alarms/", false), ("alarm/domain//", false), ("alarm/level/rde/", false),
        ("alarm/level/red+", false), ("alarm/level/re/", false), ("alarm/area/320213/", false),
        ("alarm/area/gas", false),
        ("alarm/area/3202130210001", false), ("alarm/domain/gas/violet/", false),
        ("alarm/domain/gas/red/320213021000/x", false), ("alarm/domain/gas/red/320213021000//", false),
    ])
    func `a prefix is possible where a topic can begin with it`(prefix: String, expected: Bool) {
        #expect(FeedTopics.isPossible(prefix) == expected)
    }

    @Test(arguments: [false, true])
    func `each topic of a leaf reads back as the leaf`(exercise: Bool) {
        let leaf = Leaf(kind: "alarm", exercise: exercise, domain: "gas", level: .red, area: "320213021000")
        #expect(leaf.topics.map { Leaf(topic: $0) } == [leaf, leaf, leaf])
    }

    @Test(arguments: ["", "heartbeat/", "alarm/domain/gas/violet/320213021000/", "alarm/domain/gas/red/320213021000"])
    func `what is no leaf topic is none`(topic: String) {
        #expect(Leaf(topic: topic) == nil)
    }
}
