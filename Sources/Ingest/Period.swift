import Events

/// Reads an ISO 8601 duration of days, hours, minutes and seconds (`PT1H`, `P1DT12H`) as 1…Limits.periodSeconds seconds.
func periodSeconds(_ text: UnsafeRawBufferPointer) -> Int32? {
    guard text.count >= 3, text.count <= 32, text[0] == UInt8(ascii: "P") else { return nil }
    var total = 0
    var number: Int?
    var inTime = false
    var last = 0
    for byte in text.dropFirst() {
        if byte &- 48 <= 9 {
            number = (number ?? 0) * 10 + Int(byte - 48)
            guard number! <= Limits.periodSeconds else { return nil }
            continue
        }
        if byte == UInt8(ascii: "T") {
            guard !inTime, number == nil else { return nil }
            inTime = true
            continue
        }
        let unit: (rank: Int, seconds: Int)
        switch (byte, inTime) {
        case (UInt8(ascii: "D"), false): unit = (1, 86_400)
        case (UInt8(ascii: "H"), true): unit = (2, 3600)
        case (UInt8(ascii: "M"), true): unit = (3, 60)
        case (UInt8(ascii: "S"), true): unit = (4, 1)
        default: return nil
        }
        guard let value = number, unit.rank > last else { return nil }
        total += value * unit.seconds
        (number, last) = (nil, unit.rank)
        guard total <= Limits.periodSeconds else { return nil }
    }
    guard number == nil, total > 0, text[text.count - 1] != UInt8(ascii: "T") else { return nil }
    return Int32(total)
}
