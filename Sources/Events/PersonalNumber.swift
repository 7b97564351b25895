import CivilTime

/// As below, of a text.
public func looksPersonal(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { looksPersonal(UnsafeRawBufferPointer($0)) }
}

/// Whether a subject has the shape of a Chinese mobile number (11 digits from 13…19, with or without +86) or of an
/// 18-digit identity-card number with a date of birth in it. The check digit is not asked: a mistyped one is personal too.
public func looksPersonal(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 11, text.count <= 18 else { return false }
    func digits(_ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            guard text[index] &- 48 <= 9 else { return nil }
            value = value * 10 + Int(text[index] - 48)
        }
        return value
    }
    if text.count == 18 {
        let last = text[17]
        guard digits(0..<17) != nil, last &- 48 <= 9 || last | 0x20 == UInt8(ascii: "x"), text[0] != 48,
            let year = digits(6..<10), let month = digits(10..<12), let day = digits(12..<14)
        else { return false }
        return (1900...2099).contains(year) && CivilDate.isValid(year: year, month: month, day: day)
    }
    var start = 0
    if text[0] == UInt8(ascii: "+") { start = 1 }
    if text.count - start == 13, text[start] == 56, text[start + 1] == 54 { start += 2 }
    guard text.count - start == 11, start != 1, digits(start..<text.count) != nil else { return false }
    return text[start] == 49 && text[start + 1] >= 51
}
