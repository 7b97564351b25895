import Events

extension Rule {
    /// When a level changes too often to tell each change. The measure is the weighted share of changes among the newest
    /// levels, one for each evaluated reading.
    public struct Flap: Equatable, Sendable {
        public static let maximumHistory = LevelHistory.maximum

        /// Flapping ends below this…
        public var low: Double
        /// …and begins above this.
        public var high: Double
        /// How many levels are looked at, 2…21.
        public var history: Int

        public init(low: Double, high: Double, history: Int = 21) {
            self.low = low
            self.high = high
            self.history = history
        }
    }
}

extension Rule.Flap {
    func write(to out: inout ByteWriter) {
        out.put(low)
        out.put(high)
        out.put(UInt8(history))
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        low = try r.getDouble()
        high = try r.getDouble()
        history = Int(try r.get(UInt8.self))
        guard low > 0, low <= high, high < 1, (2...LevelHistory.maximum).contains(history) else {
            throw .invalid(what: "flap", at: r.offset)
        }
    }
}
