import Events

/// Writes one JSON object field by field; text is escaped as RFC 8259 wants, numbers keep every bit.
struct JSONObjectWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    func finish() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        bytes.append(quoted: value)
    }

    mutating func field(_ name: String, integer: Int64) { raw(name, "\(integer)") }
    mutating func field(_ name: String, flag: Bool) { raw(name, flag ? "true" : "false") }

    /// What JSON cannot say (NaN, infinities) becomes null.
    mutating func field(_ name: String, number: Double) { raw(name, number.isFinite ? "\(number)" : "null") }

    mutating func field(_ name: String, object: JSONObjectWriter) {
        key(name)
        bytes.append(contentsOf: object.finish())
    }

    mutating func field(_ name: String, objects: [JSONObjectWriter]) {
        key(name)
        bytes.append(UInt8(ascii: "["))
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: object.finish())
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func raw(_ name: String, _ value: String) {
        key(name)
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func key(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
    }
}
