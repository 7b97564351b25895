import Events
import Testing

@testable import Engine

/// The life of one alert as Prometheus's alert-generator compliance test prescribes it: above 10 for six minutes, a sample every
/// 15 s; pending at 8, firing at 32, resolved at 69, pending at 89, firing at 113, resolved at 134 samples.
/// (github.com/prometheus/compliance, alert_generator, PendingAndFiringAndResolved.)
struct PrometheusAlertTests {
    static let rule = Rule.threshold(
        "r", .init(level: .red, compare: .greater, at: .number(10), hold: .seconds(360)))
    static let step = 15.0

    static func value(_ sample: Int) -> Double {
        switch sample {
        case 8..<69, 89..<134: 11
        default: 9
        }
    }

    static func phase(_ scenario: Scenario) -> String {
        switch scenario.engine.explain(rule: "r", key: "x")?.state?.rungs[0].phase {
        case .out: "out"
        case .pending: "pending"
        case .held: "firing"
        case .clearing: "clearing"
        case nil: "none"
        }
    }

    @Test(arguments: [false, true]) func `the compliance vector: P@8 F@32 R@69 P@89 F@113 R@134`(restarts: Bool) throws
    {
        var scenario = Scenario(Self.rule)
        var changes: [String] = []
        var last = "out"
        for sample in 0..<150 {
            scenario.read(Double(sample) * Self.step, Self.value(sample))
            if restarts { try scenario.restart() }
            let phase = Self.phase(scenario)
            if phase != last { changes.append("\(phase)@\(sample)") }
            last = phase
        }
        #expect(changes == ["pending@8", "firing@32", "out@69", "pending@89", "firing@113", "out@134"])
        #expect(
            scenario.lines
                == [32, 69, 113, 134].enumerated().map { index, sample in
                    "\(sample * 15) \(index % 2 == 0 ? "raised red" : "resolved")"
                })
    }

    @Test func `a sample short of the hold is never firing`() {
        var scenario = Scenario(Self.rule)
        for sample in 0..<60 { scenario.read(Double(sample) * Self.step, (8..<32).contains(sample) ? 11 : 9) }
        #expect(scenario.lines == [])
    }
}
