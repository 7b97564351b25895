/// What the rules must say about the shipped day, each worked out by hand from the script and the rules in `rules/`.
public struct Incident: Equatable, Sendable {
    public struct Alarm: Equatable, Sendable {
        /// Seconds of the day, event time.
        public var second: Int
        /// `raised`, `escalated`, `deescalated`, `resolved`.
        public var transition: String
        /// nil once resolved.
        public var level: String?

        public init(_ hour: Int, _ minute: Int, _ second: Int = 0, _ transition: String, _ level: String? = nil) {
            self.second = hour * 3600 + minute * 60 + second
            self.transition = transition
            self.level = level
        }
    }

    public var title: String
    public var rule: String
    /// The subject, or the area prefix for rules by area.
    public var key: String
    /// `value` or `no_data`.
    public var about: String
    /// In order; empty where the rule must stay quiet.
    public var alarms: [Alarm]

    init(_ title: String, _ rule: String, _ key: String, about: String = "value", _ alarms: [Alarm]) {
        self.title = title
        self.rule = rule
        self.key = key
        self.about = about
        self.alarms = alarms
    }

    /// All of the day, by first alarm.
    public static let all: [Incident] = [
        Incident(
            "夜间火警集中", "fire-cluster", "320281107",
            [
                .init(2, 20, 0, "raised", "blue"), .init(2, 40, 0, "escalated", "yellow"),
                .init(3, 10, 0, "deescalated", "blue"), .init(3, 30, 0, "resolved"),
            ]),
        Incident(
            "广益街道供水干管爆管", "pipe-pressure", "GW-0120",
            [
                .init(6, 43, 0, "raised", "yellow"), .init(6, 44, 0, "escalated", "orange"),
                .init(6, 45, 0, "escalated", "red"), .init(7, 5, 0, "deescalated", "orange"),
                .init(7, 6, 0, "deescalated", "yellow"), .init(7, 7, 0, "deescalated", "blue"),
                .init(7, 8, 0, "resolved"),
            ]),
        Incident(
            "爆管影响的下游点位", "pipe-pressure", "GW-0121",
            [.init(6, 52, 0, "raised", "blue"), .init(7, 6, 0, "resolved")]),
        Incident(
            "人民中路阀井燃气泄漏", "gas-lel", "RQ-0457",
            [
                .init(8, 12, 0, "raised", "yellow"), .init(8, 13, 0, "escalated", "orange"),
                .init(8, 15, 30, "escalated", "red"), .init(8, 19, 30, "deescalated", "orange"),
                .init(8, 21, 0, "deescalated", "yellow"), .init(8, 21, 30, "resolved"),
            ]),
        Incident(
            "丁蜀镇单病例报告", "notifiable-single-case", "320282", [.init(9, 20, 0, "raised", "orange")]),
        Incident(
            "储罐超装", "tank-level-high", "CG-0017",
            [
                .init(10, 4, 0, "raised", "yellow"), .init(10, 7, 0, "escalated", "red"),
                .init(10, 15, 0, "deescalated", "yellow"), .init(10, 17, 0, "resolved"),
            ]),
        Incident(
            "华庄街道水质异味诉求激增", "hotline-surge", "320211006",
            [
                .init(10, 14, 0, "raised", "blue"), .init(10, 24, 0, "escalated", "yellow"),
                .init(11, 25, 0, "deescalated", "blue"), .init(11, 35, 0, "resolved"),
            ]),
        Incident(
            "网关断线期间的泄漏,恢复后补传", "gas-lel", "RQ-0650",
            [.init(11, 5, 0, "raised", "yellow"), .init(11, 12, 0, "resolved")]),
        Incident(
            "重大危险源附近火警", "fire-near-hazard", "320282003",
            [.init(13, 20, 0, "raised", "orange"), .init(14, 20, 0, "resolved")]),
        Incident(
            "阀井两小时无数据", "gas-lel", "RQ-0333", about: "no_data",
            [.init(13, 50, 0, "raised", "yellow"), .init(15, 10, 0, "resolved")]),
        Incident(
            "低浓度持续渗漏", "gas-lel", "RQ-0212", [.init(14, 10, 0, "raised", "blue"), .init(14, 18, 0, "resolved")]),
        Incident(
            "滨湖短时强降雨", "rain-signal", "YL-0061",
            [
                .init(15, 25, 0, "raised", "orange"), .init(15, 45, 0, "escalated", "red"),
                .init(17, 45, 0, "resolved"),
            ]),
        Incident(
            "滨湖短时强降雨(邻站)", "rain-signal", "YL-0062",
            [.init(15, 45, 0, "raised", "orange"), .init(17, 30, 0, "resolved")]),
        Incident(
            "大运河无锡站超警戒", "river-level", "SW-0001", [.init(16, 0, 0, "raised", "blue"), .init(19, 40, 0, "resolved")]),
        Incident("太湖超警戒", "taihu-level", "TH-0001", [.init(18, 50, 0, "raised", "blue")]),
        Incident("工地旁空气站全天偏高", "pm25-daily", "KQ-0007", [.init(19, 0, 0, "raised", "yellow")]),
        Incident(
            "南禅寺夜市人群聚集", "crowd-density", "RY-0003",
            [
                .init(19, 38, 0, "raised", "blue"), .init(19, 42, 0, "escalated", "yellow"),
                .init(19, 50, 0, "escalated", "orange"), .init(20, 4, 0, "deescalated", "yellow"),
                .init(20, 10, 0, "deescalated", "blue"), .init(20, 14, 0, "resolved"),
            ]),
        Incident(
            "储罐液位不明下降", "tank-level-low", "CG-0023",
            [.init(21, 4, 0, "raised", "yellow"), .init(21, 12, 0, "escalated", "orange")]),
        Incident(
            "超载车队上桥", "bridge-load", "QL-0005",
            [
                .init(22, 10, 0, "raised", "orange"), .init(22, 20, 0, "escalated", "red"),
                .init(22, 50, 0, "deescalated", "yellow"), .init(22, 55, 0, "resolved"),
            ]),
        Incident("短时升高,不应报警", "gas-lel", "RQ-0101", []),
    ]
}
