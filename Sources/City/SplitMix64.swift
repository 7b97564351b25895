/// A small seeded generator of random numbers: the same seed gives the same city on every machine.
///
/// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (OOPSLA 2014).
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0…bound − 1; the bias of the shift is far below what a simulated city could show.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0 && bound <= 1 << 31, "a bound that 32 bits cover")
        return Int(((next() >> 32) &* UInt64(bound)) >> 32)
    }

    /// Between −size and size, more often near 0: the sum of two dice.
    mutating func noise(_ size: Int) -> Int {
        size == 0 ? 0 : below(size + 1) + below(size + 1) - size
    }
}
