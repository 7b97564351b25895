/// Writes one JSON object field by field; text is escaped as RFC 8259 wants, numbers keep every bit.
struct JSONObjectWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    func finish() -> [UInt8] { bytes + [UInt8(ascii: "}")] }

    mutating func field(_ name: String, _ value: String) {
        key(name)
        text(value)
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
        text(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func text(_ value: String) {
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
