/// How everyday values move over the day: per cent of the peak at each full hour, linear between.
enum Curve {
    static let traffic = [
        12, 8, 6, 5, 6, 12, 35, 80, 95, 75, 62, 60, 62, 60, 58, 62, 75, 98, 100, 78, 58, 42, 30, 18, 12,
    ]
    static let people = [6, 4, 3, 3, 3, 5, 15, 30, 40, 48, 60, 75, 80, 70, 62, 64, 70, 80, 92, 100, 95, 70, 38, 15, 6]
    static let water = [
        20, 14, 10, 10, 12, 25, 70, 100, 85, 60, 52, 58, 66, 50, 44, 46, 58, 80, 98, 92, 78, 60, 42, 28, 20,
    ]
    static let calls = [12, 8, 6, 5, 5, 8, 20, 45, 85, 100, 98, 80, 55, 70, 90, 92, 85, 70, 55, 50, 45, 38, 28, 18, 12]

    static func percent(_ curve: [Int], _ second: Int) -> Int {
        let hour = second / 3600
        let part = second % 3600
        return curve[hour] + (curve[hour + 1] - curve[hour]) * part / 3600
    }

    /// A sensor's value on an ordinary day, scaled by the kind's decimals.
    static func value(_ sensor: Sensor, _ second: Int, _ random: inout SplitMix64) -> Int {
        switch sensor.kind {
        case .gas: max(0, sensor.base + random.noise(5))
        case .rain: rain(second, &random)
        case .river: sensor.base + second * 8 / 86_400 + random.noise(1)
        case .lake: sensor.base + second / 43_200 + random.below(2)
        case .air: max(1, sensor.base * (70 + percent(traffic, second) / 2) / 100 + random.noise(5))
        case .crowd: max(0, sensor.base * percent(people, second) / 100 + random.noise(8))
        case .tank: sensor.base + second * 20 / 86_400 + random.noise(4)
        case .bridge:
            max(
                0,
                sensor.bridgeDesign * (15 + percent(traffic, second) * 35 / 100) / 10 + random.noise(sensor.base / 10))
        case .pipe: sensor.base - percent(water, second) * 45 / 100 + random.noise(8)
        }
    }

    /// A drizzle at breakfast, showers in the evening; in tenths of a millimetre per five minutes.
    private static func rain(_ second: Int, _ random: inout SplitMix64) -> Int {
        switch second {
        case 6 * 3600..<8 * 3600: random.below(3) == 0 ? 1 : 0
        case 19 * 3600..<21 * 3600: random.below(4)
        default: 0
        }
    }

    /// The air quality index that goes with an ordinary PM2.5 value (HJ 633-2026: 60 µg/m³ is 100).
    static func index(ofPM25 value: Int) -> Int {
        value <= 35 ? value * 50 / 35 : value <= 60 ? 50 + (value - 35) * 2 : min(198, 100 + (value - 60) * 50 / 55)
    }
}
