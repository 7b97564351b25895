import CSimulation
import Events

/// The simulated machine: one for each seed, driven by the main thread.
enum Machine {
    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Microseconds since the machine began.
    static var now: Int64 { sim_now() }
    /// What the simulated time of day is at that moment, where nobody has set it.
    static let wallStart = Timestamp(seconds: 1_782_864_000)

    /// Starts a process; it ends with the body, as a program ends with its main thread.
    static func spawn(_ body: @escaping () -> Void) -> Int32 {
        sim_spawn(
            { argument in
                guard let argument else { return }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                sim_exit()
            }, Unmanaged.passRetained(Body(body)).toOpaque())
    }

    static func sleep(seconds: Double) { sim_sleep(Int64(seconds * 1_000_000)) }
}

/// Numbers from a seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
    mutating func seconds(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }
    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &self)] }
}
