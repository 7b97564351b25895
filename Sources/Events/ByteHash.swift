/// A 64-bit hash of bytes that is the same on every run and machine: multiply-and-fold over eight-byte words.
///
/// It spreads well and is fast on short strings. It does not resist an attacker who picks the strings, so
/// tables built on it bound their probe length by bounding what one sender may add.
@inlinable public func byteHash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    let count = bytes.count
    var hash = seed ^ 0x9E37_79B9_7F4A_7C15 ^ (UInt64(truncatingIfNeeded: count) &* 0xA076_1D64_78BD_642F)
    guard count > 0, let start = bytes.baseAddress else { return fold(hash, 0x5899_65CC_7537_4CC3) }
    var index = 0
    while index &+ 8 <= count {
        hash = fold(hash ^ start.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
        index &+= 8
    }
    if index < count { hash = fold(hash ^ lastWord(start, count), 0x8EBC_6AF0_9C88_C6E3) }
    return fold(hash, 0x5899_65CC_7537_4CC3)
}

@inlinable func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
}

/// The bytes after the last whole word, the first of them lowest, by loads that stay inside the run; `count` is no multiple of eight.
@inlinable @inline(__always) func lastWord(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    let left = count & 7
    func half(_ offset: Int) -> UInt64 { UInt64(start.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    func byte(_ offset: Int) -> UInt64 { UInt64(start.load(fromByteOffset: offset, as: UInt8.self)) }
    func up(_ bytes: Int) -> UInt64 { UInt64(truncatingIfNeeded: 8 &* bytes) }
    if count > 8 { return start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) &>> up(8 &- left) }
    if left >= 4 { return half(0) | half(left &- 4) &<< up(left &- 4) }
    return byte(0) | byte(left &>> 1) &<< up(left &>> 1) | byte(left &- 1) &<< up(left &- 1)
}
