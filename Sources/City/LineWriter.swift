/// Writes events of the day as NDJSON lines of the short form, from parts prepared once per sensor.
struct LineWriter {
    /// What surrounds the numbers of a sensor's lines.
    struct Parts {
        let head: [UInt8]
        let middle: [UInt8]
        let tail: [UInt8]

        init(_ sensor: Sensor) {
            let traits = sensor.kind.traits
            let street = Street.all[sensor.street]
            head = Array("{\"id\":\"\(sensor.id)/\(traits.metric)/\(LineWriter.day)T".utf8)
            var text = "\",\"source\":\"\(sensor.source)\",\"subject\":\"\(sensor.id)\",\"area\":\"\(street.code)\""
            if sensor.kind == .rain { text += ",\"period\":\"PT5M\"" }
            if sensor.kind == .air { text += ",\"period\":\"PT1H\"" }
            middle = Array((text + ",\"time\":\"\(LineWriter.date)T").utf8)
            tail =
                sensor.kind == .air
                ? Array("+08:00\",\"readings\":[{\"metric\":\"air.pm25\",\"unit\":\"µg/m³\",\"value\":".utf8)
                : Array("+08:00\",\"metric\":\"\(traits.metric)\",\"unit\":\"\(traits.unit)\",\"value\":".utf8)
        }
    }

    static let date = "2026-07-01"
    static let day = "20260701"
    /// 2026-07-01T00:00:00+08:00 in seconds since 1970-01-01T00:00:00Z.
    static let midnight = 1_782_835_200

    private static let powers = [1, 10, 100, 1000]

    static func reading(_ parts: Parts, _ sensor: Sensor, second: Int, value: Int, into out: inout [UInt8]) {
        out += parts.head
        clock(second, separator: nil, &out)
        out += parts.middle
        clock(second, separator: UInt8(ascii: ":"), &out)
        out += parts.tail
        number(value, decimals: sensor.kind.traits.decimals, &out)
        if sensor.kind == .air {
            out += Array("},{\"metric\":\"air.aqi\",\"unit\":\"1\",\"value\":".utf8)
            integer(Fault.sentinel(value) ?? Curve.index(ofPM25: value), &out)
            out += Array("}]".utf8)
        }
        out.append(UInt8(ascii: "}"))
        out.append(UInt8(ascii: "\n"))
    }

    /// `number` counts the reports of the kind from 1.
    static func report(_ report: Report, number: Int, into out: inout [UInt8]) {
        let street = Street.all[report.street]
        out += Array(
            "{\"id\":\"\(report.kind.category)/\(day)/\(number)\",\"type\":\"report\",\"source\":\"\(report.kind.source)\""
                .utf8)
        out += Array(",\"category\":\"\(report.kind.category)\",\"topic\":\"\(report.topic)\",\"count\":1".utf8)
        out += Array(",\"area\":\"\(street.code)\"".utf8)
        if let (longitude, latitude) = report.place {
            let (longitude, latitude) = (RegistryTable.decimal(longitude, 4), RegistryTable.decimal(latitude, 4))
            out += Array(",\"lon\":\(longitude),\"lat\":\(latitude)".utf8)
        }
        out += Array(",\"time\":\"\(date)T".utf8)
        clock(report.second, separator: UInt8(ascii: ":"), &out)
        out += Array("+08:00\"}\n".utf8)
    }

    private static func clock(_ second: Int, separator: UInt8?, _ out: inout [UInt8]) {
        pair(second / 3600, &out)
        if let separator { out.append(separator) }
        pair(second / 60 % 60, &out)
        if let separator { out.append(separator) }
        pair(second % 60, &out)
    }

    private static func pair(_ value: Int, _ out: inout [UInt8]) {
        out.append(UInt8(48 + value / 10))
        out.append(UInt8(48 + value % 10))
    }

    /// A scaled number with its decimals; sentinels are far outside the scaled range and are written whole.
    private static func number(_ value: Int, decimals: Int, _ out: inout [UInt8]) {
        if let sentinel = Fault.sentinel(value) { return integer(sentinel, &out) }
        let scale = powers[decimals]
        if value < 0 { out.append(UInt8(ascii: "-")) }
        let size = abs(value)
        integer(size / scale, &out)
        guard decimals > 0 else { return }
        out.append(UInt8(ascii: "."))
        var rest = size % scale
        var unit = scale / 10
        while unit > 0 {
            out.append(UInt8(48 + rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    private static func integer(_ value: Int, _ out: inout [UInt8]) {
        if value < 0 { out.append(UInt8(ascii: "-")) }
        var rest = abs(value)
        var unit = 1
        while unit * 10 <= rest { unit *= 10 }
        while unit > 0 {
            out.append(UInt8(48 + rest / unit))
            rest %= unit
            unit /= 10
        }
    }
}
