/// One subject of the city: where it stands, what it is called, which limits hold for it, what is wrong with it.
struct Sensor {
    enum Fault: Equatable {
        case none
        /// Repeats its value from this second on.
        case stuck(from: Int)
        /// Sends "no measurement" values now and then.
        case sentinel
        /// Sends nothing between the two seconds.
        case silent(from: Int, until: Int)
        /// Its gateway sends every event twice.
        case repeating
    }

    let kind: SensorKind
    /// From 1.
    let number: Int
    let street: Int
    let gateway: Int
    /// Second of its interval at which it reports.
    let phase: Int
    /// Its ordinary value, scaled by the kind's decimals.
    let base: Int
    let fault: Fault
    /// Ten-thousandths of a degree.
    let longitude: Int
    let latitude: Int

    var id: String { Self.id(kind, number) }

    static func id(_ kind: SensorKind, _ number: Int) -> String {
        let digits = String(number)
        return kind.traits.prefix + "-" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    var source: String { "/wuxi/\(kind.traits.department)/gw-\(gateway < 10 ? "0" : "")\(gateway)" }

    /// Limits by name, in hundredths of the metric's unit; ascending by name.
    var limits: [(name: String, hundredths: Int)] {
        switch kind {
        case .tank:
            let high = number == 17 || number % 3 == 0 ? 8500 : 8000
            let low = number == 23 || number % 2 == 0 ? 1500 : 1000
            return [("h", high), ("hh", high + 700), ("l", low), ("ll", low == 1500 ? 800 : 500)]
        case .bridge:
            let design = bridgeDesign * 100
            return [("h", design), ("hh", design * 12 / 10), ("notice", design * 8 / 10)]
        case .river:
            guard let warning = Self.warningLevels[number] else { return [] }
            return [
                ("clear", warning - 5), ("orange", warning + 90), ("red", warning + 120), ("warning", warning),
                ("yellow", warning + 60),
            ]
        case .gas, .rain, .lake, .air, .crowd, .pipe: return []
        }
    }

    /// A tank in ten is a major hazard source: its grade (GB 18218-2018, 1 the worst … 4) and the people within 500 m.
    var hazard: (grade: Int, population: Int)? {
        guard kind == .tank, number % 10 == 0 else { return nil }
        return (number % 50 == 0 ? 2 : number % 20 == 0 ? 4 : 3, 20 + number * 7 % 130)
    }

    /// Tonnes.
    var bridgeDesign: Int { number == 5 ? 120 : [55, 80, 120][number % 3] }

    /// Centimetres over the Wusong datum, by station number; the others have none that could be verified.
    static let warningLevels = [1: 390, 2: 400, 3: 420]

    /// Names of the stations and places that the day is about.
    static func name(_ kind: SensorKind, _ number: Int) -> (zh: String, en: String)? {
        switch (kind, number) {
        case (.gas, 457): ("人民中路阀井", "Renmin Middle Road valve well")
        case (.river, 1): ("大运河无锡站", "Grand Canal at Wuxi")
        case (.river, 2): ("锡澄运河青阳站", "Xicheng Canal at Qingyang")
        case (.river, 3): ("西氿宜兴站", "Lake Xijiu at Yixing")
        case (.lake, 1): ("太湖平均水位", "Lake Tai mean level")
        case (.crowd, 3): ("南禅寺广场", "Nanchan Temple square")
        default: nil
        }
    }

    /// Streets of the stations whose place is known or told by the script.
    static func place(_ kind: SensorKind, _ number: Int) -> Int? {
        switch (kind, number) {
        case (.gas, 457): 320_213_021
        case (.rain, 61), (.rain, 62): 320_211_006
        case (.river, 1): 320_213_022
        case (.river, 2): 320_281_103
        case (.river, 3): 320_282_001
        case (.lake, 1): 320_211_009
        case (.crowd, 3): 320_213_022
        case (.tank, 17): 320_281_007
        case (.tank, 23): 320_281_100
        case (.bridge, 5): 320_214_051
        case (.pipe, 120), (.pipe, 121): 320_213_025
        default: nil
        }
    }

    var name: (zh: String, en: String) {
        if let known = Self.name(kind, number) { return known }
        let street = Street.all[street]
        return ("\(street.zh)\(kind.traits.zh)\(number)", "\(street.en) \(kind.traits.en) \(number)")
    }
}
