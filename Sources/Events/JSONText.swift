extension [UInt8] {
    /// A JSON string with its quotes (RFC 8259); control characters, DEL among them, are escaped.
    public mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                let digits = [byte >> 4, byte & 15].map { $0 < 10 ? 48 + $0 : 87 + $0 }
                self += [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] + digits
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
