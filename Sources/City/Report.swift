/// One call of the day: to the hotline, the fire brigade or, from a hospital, the disease control centre.
struct Report {
    enum Kind: Int {
        case hotline, fire, disease

        var category: String {
            switch self {
            case .hotline: "hotline-request"
            case .fire: "fire"
            case .disease: "notifiable-single-case"
            }
        }

        var source: String {
            switch self {
            case .hotline: "/wuxi/12345"
            case .fire: "/wuxi/119"
            case .disease: "/wuxi/wjw"
            }
        }
    }

    let second: Int
    let kind: Kind
    let street: Int
    /// What it is about, a code.
    let topic: String
    /// Where the caller says that it is, in ten-thousandths of a degree.
    var place: (longitude: Int, latitude: Int)?

    /// Ascending by second. Streets that the script speaks of have no chance calls around their incident.
    static func day(seed: UInt64, keepEvery: Int, sensors: [Sensor]) -> [Report] {
        var random = SplitMix64(seed: seed ^ 0x7265_706F_7274)
        var reports: [Report] = []
        for second in 0..<86_400 {
            if random.below(86_400 * keepEvery) < 4000 * Curve.percent(Curve.calls, second) / 100 {
                add(.hotline, second, ["noise", "parking", "water", "heating", "wages", "refuse"], &random, &reports)
            }
            if random.below(86_400 * keepEvery) < 60 {
                add(.fire, second, ["kitchen", "vehicle", "electrical", "grass"], &random, &reports)
            }
        }
        reports += scripted
        for tank in sensors where tank.kind == .tank && tank.number == Script.fireNearTank.number {
            let place = (tank.longitude + Script.fireNearTank.east, tank.latitude)
            reports.append(
                Report(
                    second: Script.fireNearTank.at, kind: .fire, street: tank.street, topic: "warehouse", place: place))
        }
        return reports.sorted { ($0.second, $0.kind.rawValue) < ($1.second, $1.kind.rawValue) }
    }

    private static func add(
        _ kind: Kind, _ second: Int, _ topics: [String], _ random: inout SplitMix64, _ reports: inout [Report]
    ) {
        let street = random.below(Street.all.count)
        let topic = topics[random.below(topics.count)]
        let busy = kind == .hotline ? surge : cluster
        if street == busy.street, busy.from <= second, second < busy.until { return }
        reports.append(Report(second: second, kind: kind, street: street, topic: topic))
    }

    private static let surge = (
        street: Street.index(of: 320_211_006), from: Script.clock(8, 30), until: Script.clock(13, 0)
    )
    private static let cluster = (street: Street.index(of: 320_281_107), from: 0, until: Script.clock(5, 0))

    private static var scripted: [Report] {
        (0..<30).map {
            Report(second: Script.clock(10, $0), kind: .hotline, street: surge.street, topic: "water-smell")
        }
            + (0..<5).map {
                Report(second: Script.clock(2, 10 * $0), kind: .fire, street: cluster.street, topic: "warehouse")
            }
            + [Script.clock(9, 20), Script.clock(15, 0)].map {
                Report(
                    second: $0, kind: .disease, street: Street.index(of: 320_282_112), topic: "unexplained-pneumonia")
            }
    }
}
