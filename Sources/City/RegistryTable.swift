/// The city's registry of subjects as CSV text: what `registry/subjects.csv` holds.
public enum RegistryTable {
    /// Columns `id,zh,en,area,lon,lat,unit,limits`; limits are `name=value` with blanks between, in the subject's unit.
    public static func csv(seed: UInt64 = CityDay.defaultSeed) -> String {
        var out = "id,zh,en,area,lon,lat,unit,limits\n"
        for sensor in Population(seed: seed, keepEvery: 1).sensors {
            let name = sensor.name
            let limits = sensor.limits.map { "\($0.name)=\(decimal($0.hundredths, 2))" }.joined(separator: " ")
            let place = "\(decimal(sensor.longitude, 4)),\(decimal(sensor.latitude, 4))"
            out += "\(sensor.id),\(name.zh),\(name.en),\(Street.all[sensor.street].code),\(place)"
            out += ",\(sensor.kind.traits.unit),\(limits)\n"
        }
        return out
    }

    private static func decimal(_ value: Int, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { unit, _ in unit * 10 }
        var rest = String(value % scale)
        rest = String(repeating: "0", count: digits - rest.utf8.count) + rest
        while rest.hasSuffix("0") { rest.removeLast() }
        return rest.isEmpty ? "\(value / scale)" : "\(value / scale).\(rest)"
    }
}
