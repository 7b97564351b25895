/// What the city measures: how many sensors, how often, through whose gateways, in which metric.
enum SensorKind: Int, CaseIterable {
    case gas, rain, river, lake, air, crowd, tank, bridge, pipe

    struct Traits {
        var prefix: String
        var zh: String
        var en: String
        var department: String
        var gateways: Int
        var count: Int
        /// Seconds between two readings.
        var interval: Int
        /// Whether all stations report at the same second, as those with period values do.
        var aligned: Bool
        var metric: String
        var unit: String
        var decimals: Int
    }

    var traits: Traits {
        switch self {
        case .gas:
            Traits(
                prefix: "RQ", zh: "燃气阀井", en: "valve well", department: "zjj", gateways: 20, count: 1000, interval: 600,
                aligned: false, metric: "gas.lel", unit: "%LEL", decimals: 1)
        case .rain:
            Traits(
                prefix: "YL", zh: "雨量站", en: "rain gauge", department: "slj", gateways: 3, count: 120, interval: 300,
                aligned: true, metric: "rain.mm", unit: "mm", decimals: 1)
        case .river:
            Traits(
                prefix: "SW", zh: "水位站", en: "river gauge", department: "slj", gateways: 3, count: 40, interval: 600,
                aligned: true, metric: "water.level", unit: "m", decimals: 2)
        case .lake:
            Traits(
                prefix: "TH", zh: "太湖平均水位", en: "mean level of Lake Tai", department: "slj", gateways: 1, count: 1,
                interval: 600, aligned: true, metric: "lake.level", unit: "m", decimals: 2)
        case .air:
            Traits(
                prefix: "KQ", zh: "空气站", en: "air station", department: "sthj", gateways: 2, count: 60, interval: 3600,
                aligned: true, metric: "air.pm25", unit: "µg/m³", decimals: 0)
        case .crowd:
            Traits(
                prefix: "RY", zh: "人流点位", en: "crowd camera", department: "gaj", gateways: 4, count: 80, interval: 120,
                aligned: false, metric: "crowd.density", unit: "1/m²", decimals: 2)
        case .tank:
            Traits(
                prefix: "CG", zh: "储罐", en: "tank", department: "yjj", gateways: 6, count: 300, interval: 600,
                aligned: false, metric: "tank.level", unit: "%", decimals: 1)
        case .bridge:
            Traits(
                prefix: "QL", zh: "桥梁", en: "bridge", department: "jtj", gateways: 4, count: 120, interval: 600,
                aligned: false, metric: "bridge.load", unit: "t", decimals: 1)
        case .pipe:
            Traits(
                prefix: "GW", zh: "供水测压点", en: "water main", department: "swj", gateways: 8, count: 400, interval: 600,
                aligned: false, metric: "pipe.pressure", unit: "MPa", decimals: 3)
        }
    }
}
