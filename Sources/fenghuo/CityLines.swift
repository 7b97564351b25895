import City
import Client
import Events

/// The shipped day as a sender reads it.
struct CityLines: EventLines {
    private var day: CityDay

    init(seed: UInt64, keepEvery: Int) { day = CityDay(seed: seed, keepEvery: keepEvery) }

    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? { day.nextLine(into: &out) }
}
