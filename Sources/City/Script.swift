/// What happens to single sensors on the day: their readings, written out, so that the right alarms can be worked out by hand.
struct Script {
    let kind: SensorKind
    let number: Int
    /// Seconds of the day.
    let start: Int
    let every: Int
    /// Scaled by the kind's decimals.
    let values: [Int]

    /// The first second at which the sensor is its ordinary self again.
    var end: Int { start + values.count * every }

    private init(_ kind: SensorKind, _ number: Int, at start: Int, every: Int, _ values: [Int]) {
        self.kind = kind
        self.number = number
        self.start = start
        self.every = every
        self.values = values
    }

    /// A valve well that sends nothing for two hours.
    static let silentWell = (number: 333, from: clock(12, 55), until: clock(15, 5))

    /// A gateway that cannot send, and then sends all at once.
    static let outage = (source: "/wuxi/zjj/gw-13", from: clock(11, 0), until: clock(11, 25))

    /// A tank that is a major hazard source, and a fire about 280 m east of it.
    static let fireNearTank = (number: 50, at: clock(13, 20), east: 30)

    static func clock(_ hour: Int, _ minute: Int, _ second: Int = 0) -> Int { hour * 3600 + minute * 60 + second }

    static func mentions(_ kind: SensorKind, _ number: Int) -> Bool {
        (kind == .gas && number == silentWell.number) || (kind == .river && number <= 3)
            || (kind == .tank && number == fireNearTank.number)
            || all.contains { $0.kind == kind && $0.number == number }
    }

    /// Slow quantities begin the day where the script takes over.
    static func base(_ kind: SensorKind, _ number: Int) -> Int? {
        switch kind {
        case .tank, .river, .pipe: all.first { $0.kind == kind && $0.number == number }?.values[0]
        case .gas, .rain, .lake, .air, .crowd, .bridge: nil
        }
    }

    private static func times(_ count: Int, _ value: Int) -> [Int] { Array(repeating: value, count: count) }

    static let all: [Script] = [
        Script(
            .gas, 457, at: clock(8, 10), every: 30,
            [
                60, 80, 120, 160, 210, 240, 265, 315, 380, 440, 480, 520, 550, 500, 450, 380, 300, 240, 180, 120, 80,
                60, 50,
            ]
                + times(9, 40)),
        Script(.gas, 212, at: clock(14, 0), every: 60, times(16, 125) + times(6, 60)),
        Script(.gas, 650, at: clock(11, 5), every: 60, [220, 230, 220, 210, 220, 90, 80, 70, 60, 50, 40, 40, 40, 40]),
        Script(.gas, 101, at: clock(16, 0), every: 60, times(8, 140) + times(4, 50)),
        Script(
            .rain, 61, at: clock(15, 0), every: 300,
            [30, 60, 100, 120, 150, 160, 140, 120, 100, 80, 60, 50, 40, 30, 20, 10] + times(92, 0)),
        Script(
            .rain, 62, at: clock(15, 0), every: 300,
            [10, 20, 40, 50, 60, 80, 80, 70, 50, 40, 30, 20, 10] + times(95, 0)),
        Script(
            .river, 1, at: clock(15, 0), every: 600,
            [
                360, 364, 370, 376, 382, 387, 391, 395, 399, 403, 406, 408, 409, 408, 406, 404, 402, 400, 398, 396, 394,
                392, 390, 388, 386, 384, 383, 382, 381, 380,
            ] + times(24, 380)),
        Script(.lake, 1, at: clock(18, 0), every: 600, [378, 379, 380] + times(33, 381)),
        Script(
            .air, 7, at: 0, every: 3600,
            [
                158, 161, 157, 163, 160, 159, 164, 162, 158, 160, 161, 157, 163, 160, 159, 164, 162, 158, 160, 161, 162,
                160, 159, 161,
            ]),
        Script(
            .crowd, 3, at: clock(19, 30), every: 120,
            [
                140, 170, 210, 250, 290, 320, 360, 400, 440, 480, 510, 520, 530, 510, 490, 440, 400, 340, 280, 220, 150,
                130, 120, 110, 100, 90,
            ]),
        Script(
            .tank, 17, at: clock(10, 0), every: 60,
            [780, 800, 820, 840, 860, 880, 900, 924, 930, 920, 900, 870, 840, 820, 800, 780, 760, 750, 750, 750]),
        Script(.tank, 23, at: clock(21, 0), every: 120, [180, 160, 145, 120, 100, 85, 78, 75] + times(82, 74)),
        Script(
            .bridge, 5, at: clock(22, 0), every: 300,
            [700, 900, 1250, 1310, 1480, 1500, 1100, 600, 550, 500, 500, 520, 510, 500]),
        Script(
            .pipe, 120, at: clock(6, 40), every: 60,
            [300, 240, 170, 150, 110, 70] + times(14, 60) + [110, 160, 200, 250, 300] + times(6, 310)),
        Script(.pipe, 121, at: clock(6, 40), every: 60, [300, 250, 190] + times(18, 180) + [240] + times(8, 300)),
    ]
}
