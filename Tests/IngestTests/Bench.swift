import Events

@testable import Ingest

/// A decoder with a small catalogue, and one clock that stands still, for tests.
final class Bench {
    static let now = Timestamp(seconds: 1_782_864_900)  // 2026-07-01T08:15:00+08:00

    static let metrics = [
        Metric(
            name: "gas.lel", zh: "可燃气体", unit: "%LEL", plausible: 0...100, sentinels: [-9999]),
        Metric(
            name: "temp", zh: "温度", unit: "degC",
            conversions: [.init(unit: "degF", scale: 0.5, offset: -16), .init(unit: "K", scale: 1, offset: -273)]),
        Metric(name: "level", zh: "液位", unit: "%", conversions: [.init(unit: "1", scale: 100)]),
    ]

    var intake: Intake
    var department = Department(id: "housing")

    init(department: Department = Department(id: "housing"), window: Int = 1000, subjects: [IngestView.Subject] = []) {
        self.department = department
        intake = Self.intake(window: window, subjects: subjects)
    }

    static func intake(window: Int, subjects: [IngestView.Subject] = []) -> Intake {
        let view = IngestView(metrics: metrics, read: [.init(type: "reading", metric: "gas.lel")], subjects: subjects)
        return Intake(view: view, window: DuplicateWindow(entries: window))
    }

    func take(_ body: [UInt8], _ kind: BodyKind? = nil, sequenced: Bool = false, now: Timestamp = now) -> Outcome {
        var context = Intake.Context(department: DepartmentTexts(department), now: now, sequenced: sequenced)
        body.withUnsafeBytes { intake.take($0, kind: kind, &context) }
        return context.outcome
    }

    func take(_ body: String, _ kind: BodyKind? = nil, sequenced: Bool = false, now: Timestamp = now) -> Outcome {
        take(Array(body.utf8), kind, sequenced: sequenced, now: now)
    }

    /// A good short event with some keys replaced (or, with an empty value, left out).
    static func event(_ changes: [(String, String)] = []) -> String {
        var pairs = [
            ("id", "\"a\""), ("subject", "\"RQ-1\""), ("metric", "\"gas.lel\""), ("value", "31.5"),
            ("unit", "\"%LEL\""), ("time", "\"2026-07-01T08:15:00+08:00\""),
        ]
        for (key, value) in changes {
            if let at = pairs.firstIndex(where: { $0.0 == key }) {
                pairs[at].1 = value
            } else {
                pairs.append((key, value))
            }
        }
        return "{" + pairs.filter { !$0.1.isEmpty }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}
