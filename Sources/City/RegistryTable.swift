/// The city's registry of subjects as CSV text: what `registry/subjects.csv` holds.
public enum RegistryTable {
    private static let limits = ["clear", "h", "hh", "l", "ll", "notice", "orange", "red", "warning", "yellow"]

    /// One row a subject; limits in the subject's unit, a cell empty where the subject has none of the name.
    public static func csv(seed: UInt64 = CityDay.defaultSeed) -> String {
        let columns = "id,name_zh,name_en,area,lon,lat,unit,grade,population"
        var out = columns + limits.map { ",limit.\($0)" }.joined() + "\n"
        for sensor in Population(seed: seed, keepEvery: 1).sensors {
            let name = sensor.name
            let own = sensor.limits
            let place = "\(decimal(sensor.longitude, 4)),\(decimal(sensor.latitude, 4))"
            out += "\(sensor.id),\(name.zh),\(name.en),\(Street.all[sensor.street].code),\(place)"
            out += ",\(sensor.kind.traits.unit),"
            out += sensor.hazard.map { "\($0.grade),\($0.population)" } ?? ","
            for limit in limits {
                out += "," + (own.first { $0.name == limit }.map { decimal($0.hundredths, 2) } ?? "")
            }
            out += "\n"
        }
        return out
    }

    static func decimal(_ value: Int, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { unit, _ in unit * 10 }
        var rest = String(value % scale)
        rest = String(repeating: "0", count: digits - rest.utf8.count) + rest
        while rest.hasSuffix("0") { rest.removeLast() }
        return rest.isEmpty ? "\(value / scale)" : "\(value / scale).\(rest)"
    }
}
