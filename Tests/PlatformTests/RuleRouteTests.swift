import AlertStore
import Engine
import Events
import Platform
import Testing

/// Who is told: the topics of a notice and the subscriptions that receive it.
struct RuleRouteTests {
    private static func rule(_ status: Rule.Status = .stable) -> Rule {
        var rule = Rule(
            id: "r", title: .init(zh: "甲", en: "a"), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: [.init(level: .red, at: .number(1))])
        rule.status = status
        return rule
    }

    @Test func `a street's alarm reaches the street, its district, its city, the domain and the level`() {
        let registry = Registry(areas: [.init(code: "320213", name: .init(zh: "梁溪区", en: "Liangxi"))])
        let route = RuleRoute(Self.rule(), level: .orange, area: "320213021", registry: registry)
        #expect(
            route.topics == [
                "alarm/domain/gas/orange/320213021000/", "alarm/area/320213021000/orange/gas/",
                "alarm/level/orange/gas/320213021000/",
            ])
        #expect(
            route.subscriptions.map(\.prefix) == [
                "alarm/area/320213021", "alarm/area/320213", "alarm/area/3202", "alarm/area/32", "alarm/domain/gas/",
                "alarm/domain/gas/orange/", "alarm/level/orange/",
            ])
        #expect(route.subscriptions.map { $0.areaName?.zh } == [nil, "梁溪区", nil, nil, nil, nil, nil])
        #expect(route.withheld == nil)
    }

    @Test(arguments: ["", "320213", "320200", "32021302100100", "320213021001", "not a code"])
    func `every subscription named receives the notice`(area: String) {
        let route = RuleRoute(Self.rule(), level: .red, area: area, exercise: true)
        let leaf = Leaf(kind: "alarm", exercise: true, domain: "gas", level: .red, area: route.area)
        #expect(route.topics == leaf.topics)
        for subscription in route.subscriptions { #expect(leaf.matches([subscription.prefix]), "\(subscription)") }
    }

    @Test func `a sandboxed rule tells nobody, a disabled one reads nothing`() {
        #expect(RuleRoute(Self.rule(.sandbox), level: .red, area: "320213").withheld == .sandbox)
        #expect(RuleRoute(Self.rule(.disabled), level: .red, area: "320213").withheld == .disabled)
    }
}
