/// A 64-bit hash of bytes that is the same on every run and machine: multiply-and-fold over eight-byte words.
///
/// It spreads well and is fast on short strings. It does not resist an attacker who picks the strings, so
/// tables built on it bound their probe length by bounding what one sender may add.
@inlinable public func byteHash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    var hash = seed ^ 0x9E37_79B9_7F4A_7C15 ^ (UInt64(truncatingIfNeeded: bytes.count) &* 0xA076_1D64_78BD_642F)
    var index = 0
    while index + 8 <= bytes.count {
        hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
        index += 8
    }
    if index < bytes.count {
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count {
            tail |= UInt64(bytes[index]) << shift
            shift += 8
            index += 1
        }
        hash = fold(hash ^ tail, 0x8EBC_6AF0_9C88_C6E3)
    }
    return fold(hash, 0x5899_65CC_7537_4CC3)
}

@inlinable func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
}
