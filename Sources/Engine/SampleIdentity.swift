import Events
import Expression

/// A finite number that stands for a scalar in windows of `distinct`: 63 bits of its hash, so that two of a window's
/// 64 samples are taken for one with a probability below 10⁻¹⁵.
func sampleIdentity(_ value: Value) -> Double? {
    switch value {
    case .string(let text):
        var text = text
        return text.withUTF8 { sampleIdentity(UnsafeRawBufferPointer($0), kind: 1) }
    case .double(let number): return number.isNaN ? nil : sampleIdentity(number)
    case .int(let number): return withUnsafeBytes(of: number.littleEndian) { sampleIdentity($0, kind: 3) }
    case .bool(let truth): return withUnsafeBytes(of: truth) { sampleIdentity($0, kind: 4) }
    case .absent, .null, .uint, .bytes, .timestamp, .duration, .list, .map, .type, .optional: return nil
    }
}

/// Of a number; both zeros are one.
func sampleIdentity(_ number: Double) -> Double {
    withUnsafeBytes(of: (number == 0 ? 0 : number).bitPattern.littleEndian) { sampleIdentity($0, kind: 2) }
}

private func sampleIdentity(_ bytes: UnsafeRawBufferPointer, kind: UInt64) -> Double {
    // Without the exponent's highest bit it is neither infinite nor NaN.
    Double(bitPattern: byteHash(bytes, seed: kind) & ~(1 << 62))
}
