import Events

/// A 128-bit fingerprint of (department, source, id); never equal to the window's marks for free and removed slots.
struct Identity: Equatable, BitwiseCopyable {
    let low: UInt64
    let high: UInt64

    /// The seeds that a source contributes.
    struct Seeds: BitwiseCopyable {
        let low: UInt64
        let high: UInt64

        init(department: UnsafeRawBufferPointer, source: UnsafeRawBufferPointer) {
            low = byteHash(source, seed: byteHash(department, seed: 0x51AB_10C5))
            high = byteHash(source, seed: byteHash(department, seed: 0xF0E1_D2C3_B4A5_9687))
        }
    }

    init(_ seeds: Seeds, id: UnsafeRawBufferPointer) {
        low = byteHash(id, seed: seeds.low)
        high = byteHash(id, seed: seeds.high) | 1 << 63
    }
}
