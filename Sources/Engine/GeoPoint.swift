/// A place on the ellipsoid as a point in space, in metres from the earth's centre: distances need no trigonometry then,
/// and neither the poles nor the antimeridian are special.
///
/// WGS 84 (a = 6,378,137 m, f = 1/298.257223563); CGCS2000 differs by less than a millimetre. Only + − × ÷ and the
/// square root, so that every machine decides alike. A distance is that of the straight line, lengthened to the arc: up
/// to 50 km within 1 cm of the geodesic.
struct GeoPoint: BitwiseCopyable, Sendable {
    var x: Double
    var y: Double
    var z: Double

    static let semiMajor = 6_378_137.0
    static let flattening = 1 / 298.257223563
    /// Mean radius, for the difference between arc and chord.
    static let radius = 6_371_008.8

    init(x: Double, y: Double, z: Double) { (self.x, self.y, self.z) = (x, y, z) }

    /// nil where a degree is missing or is none.
    init?(longitude: Double, latitude: Double) {
        guard longitude >= -180, longitude <= 180, latitude >= -90, latitude <= 90 else { return nil }
        let (sinPhi, cosPhi) = Self.sinCos(latitude)
        let (sinLambda, cosLambda) = Self.sinCos(longitude)
        let squared = Self.flattening * (2 - Self.flattening)
        let normal = Self.semiMajor / (1 - squared * sinPhi * sinPhi).squareRoot()
        x = normal * cosPhi * cosLambda
        y = normal * cosPhi * sinLambda
        z = normal * (1 - squared) * sinPhi
    }

    /// Whether it can be a place on the earth; what is decoded may be anything.
    var isOnEarth: Bool {
        let squared = x * x + y * y + z * z
        return squared > 6_300_000 * 6_300_000 && squared < 6_400_000 * 6_400_000
    }

    /// The straight line, squared.
    func squaredChord(to other: GeoPoint) -> Double {
        let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
        return dx * dx + dy * dy + dz * dz
    }

    /// The square of the straight line that belongs to an arc of so many metres (at most 50,000).
    static func squaredChord(ofArc metres: Double) -> Double {
        let chord = metres * (1 - metres * metres / (24 * radius * radius))
        return chord * chord
    }

    /// Sine and cosine of degrees: Taylor's series on an eighth of the circle, error below 1e-15.
    static func sinCos(_ degrees: Double) -> (sin: Double, cos: Double) {
        let quarter = (degrees / 90).rounded()
        let x = (degrees - quarter * 90) * (Double.pi / 180)
        let s = x * x
        var (sin, cos) = (0.0, 0.0)
        // From the smallest term up: x − x³/3! + … and 1 − x²/2! + …
        for n in stride(from: 16, through: 2, by: -2) {
            cos = (1 + cos) * -s / Double(n * (n - 1))
            sin = (1 + sin) * -s / Double(n * (n + 1))
        }
        (sin, cos) = (x * (1 + sin), 1 + cos)
        switch Int(quarter) & 3 {
        case 0: return (sin, cos)
        case 1: return (cos, -sin)
        case 2: return (-sin, -cos)
        default: return (-cos, sin)
        }
    }
}
