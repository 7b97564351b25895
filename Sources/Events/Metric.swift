/// One row of the metric catalogue (`metrics.yml`).
public struct Metric: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case gauge, counter, increment
    }

    /// A unit that is converted exactly: canonical = value × scale + offset.
    public struct Conversion: Equatable, Sendable {
        public var unit: String
        public var scale: Double
        public var offset: Double

        public init(unit: String, scale: Double, offset: Double = 0) {
            self.unit = unit
            self.scale = scale
            self.offset = offset
        }
    }

    public var name: String
    public var zh: String
    /// Canonical; what rules see.
    public var unit: String
    public var conversions: [Conversion]
    public var kind: Kind
    /// In the canonical unit; outside it a reading is stored and not evaluated.
    public var plausible: ClosedRange<Double>?
    /// Values (as sent) that mean "no measurement".
    public var sentinels: [Double]

    public init(
        name: String, zh: String, unit: String, conversions: [Conversion] = [], kind: Kind = .gauge,
        plausible: ClosedRange<Double>? = nil, sentinels: [Double] = []
    ) {
        self.name = name
        self.zh = zh
        self.unit = unit
        self.conversions = conversions
        self.kind = kind
        self.plausible = plausible
        self.sentinels = sentinels
    }
}
