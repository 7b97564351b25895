/// All sensors of the city for a seed, with their everyday values and faults.
struct Population {
    let sensors: [Sensor]

    /// `keepEvery` n keeps each n-th sensor, and all that the script speaks of.
    init(seed: UInt64, keepEvery: Int) {
        precondition(keepEvery >= 1)
        var random = SplitMix64(seed: seed)
        var sensors: [Sensor] = []
        for kind in SensorKind.allCases {
            for number in 1...kind.traits.count {
                let scripted = Script.mentions(kind, number)
                let sensor = Self.sensor(kind, number, scripted, &random)
                if scripted || number % keepEvery == 0 { sensors.append(sensor) }
            }
        }
        self.sensors = sensors
    }

    private static func sensor(
        _ kind: SensorKind, _ number: Int, _ scripted: Bool, _ random: inout SplitMix64
    ) -> Sensor {
        let traits = kind.traits
        let street =
            Sensor.place(kind, number).map(Street.index) ?? (number * 7 + kind.rawValue * 11) % Street.all.count
        let phase = random.below(traits.interval)
        let fault = fault(kind, &random)
        let base = base(kind, number, &random)
        let middle = Street.all[street].middle
        let (east, north) = (random.noise(600), random.noise(500))
        return Sensor(
            kind: kind, number: number, street: street, gateway: (number - 1) * traits.gateways / traits.count + 1,
            phase: traits.aligned || scripted ? 0 : phase, base: Script.base(kind, number) ?? base,
            fault: scripted ? .none : fault, longitude: middle.longitude + east, latitude: middle.latitude + north)
    }

    /// In the kind's scaled unit; ordinary values stay clear of every threshold.
    private static func base(_ kind: SensorKind, _ number: Int, _ random: inout SplitMix64) -> Int {
        switch kind {
        case .gas: random.below(26)
        case .rain: 0
        case .river: (Sensor.warningLevels[number] ?? 380) - 40 - random.below(40)
        case .lake: 374
        case .air: 25 + random.below(25)
        case .crowd: 20 + random.below(60)
        case .tank: 320 + random.below(400)
        case .bridge: 150 + random.below(150)
        case .pipe: 290 + random.below(90)
        }
    }

    /// One sensor in fifty has something wrong; no-data limits (an hour and more) are never reached by a short silence.
    private static func fault(_ kind: SensorKind, _ random: inout SplitMix64) -> Sensor.Fault {
        let second = random.below(80_000)
        let length = 1200 + random.below(1200)
        switch random.below(250) {
        case 0: return .stuck(from: second)
        case 1: return .sentinel
        case 2: return kind == .rain || kind == .air ? .sentinel : .silent(from: second, until: second + length)
        case 3: return kind == .rain ? .none : .repeating
        case 4: return .sentinel
        default: return .none
        }
    }
}
