import Glibc

/// Coordinates of Chinese web maps brought to CGCS2000 (= WGS 84 to the centimetre).
///
/// The public approximations of GCJ-02 (Krasovsky 1940 ellipsoid) and BD-09 are inverted by fixed-point iteration: the inverse is
/// exact to under 0.1 m against the approximation, which itself is within a few metres of the official plug-in.
enum Coordinates {
    enum System { case cgcs2000, gcj02, bd09 }

    struct Place: Equatable { var longitude, latitude: Double }

    static func system(_ name: Text) -> System? {
        if name.equals("CGCS2000") || name.equals("WGS84") || name.equals("EPSG:4490") || name.equals("EPSG:4326") {
            return .cgcs2000
        }
        if name.equals("GCJ02") || name.equals("GCJ-02") { return .gcj02 }
        if name.equals("BD09") || name.equals("BD-09") { return .bd09 }
        return nil
    }

    static func toCGCS2000(_ place: Place, from system: System) -> Place {
        switch system {
        case .cgcs2000: place
        case .gcj02: fromGCJ02(place)
        case .bd09: fromGCJ02(gcj02(fromBD09: place))
        }
    }

    /// GCJ-02 leaves places outside this rectangle alone.
    private static func inChina(_ place: Place) -> Bool {
        (72.004...137.8347).contains(place.longitude) && (0.8293...55.8271).contains(place.latitude)
    }

    static func gcj02(from place: Place) -> Place {
        guard inChina(place) else { return place }
        let a = 6_378_245.0
        let ee = 0.006_693_421_622_965_943
        let x = place.longitude - 105
        let y = place.latitude - 35
        let phi = place.latitude / 180 * .pi
        let w = 1 - ee * sin(phi) * sin(phi)
        let waves = (20 * sin(6 * x * .pi) + 20 * sin(2 * x * .pi)) * 2 / 3
        var north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot() + waves
        north += (20 * sin(y * .pi) + 40 * sin(y / 3 * .pi)) * 2 / 3
        north += (160 * sin(y / 12 * .pi) + 320 * sin(y * .pi / 30)) * 2 / 3
        var east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot() + waves
        east += (20 * sin(x * .pi) + 40 * sin(x / 3 * .pi)) * 2 / 3
        east += (150 * sin(x / 12 * .pi) + 300 * sin(x / 30 * .pi)) * 2 / 3
        return Place(
            longitude: place.longitude + east * 180 / (a / w.squareRoot() * cos(phi) * .pi),
            latitude: place.latitude + north * 180 / (a * (1 - ee) / (w * w.squareRoot()) * .pi))
    }

    private static func fromGCJ02(_ place: Place) -> Place {
        var guess = place
        for _ in 0..<8 {
            let moved = gcj02(from: guess)
            guess.longitude += place.longitude - moved.longitude
            guess.latitude += place.latitude - moved.latitude
        }
        return guess
    }

    private static let turn = Double.pi * 3000 / 180

    static func bd09(fromGCJ02 place: Place) -> Place {
        let r =
            (place.longitude * place.longitude + place.latitude * place.latitude).squareRoot()
            + 0.00002 * sin(place.latitude * turn)
        let angle = atan2(place.latitude, place.longitude) + 0.000003 * cos(place.longitude * turn)
        return Place(longitude: r * cos(angle) + 0.0065, latitude: r * sin(angle) + 0.006)
    }

    private static func gcj02(fromBD09 place: Place) -> Place {
        var guess = Place(longitude: place.longitude - 0.0065, latitude: place.latitude - 0.006)
        for _ in 0..<8 {
            let moved = bd09(fromGCJ02: guess)
            guess.longitude += place.longitude - moved.longitude
            guess.latitude += place.latitude - moved.latitude
        }
        return guess
    }
}
