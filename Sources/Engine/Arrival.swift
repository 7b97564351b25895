import Events

extension Engine {
    /// One reading as rules see it: what every rule asks for is looked up once, the rest stays in the batch.
    ///
    /// Whoever makes one keeps the batch alive for as long (`withExtendedLifetime`): counting references for each reading
    /// and rule would cost as much as a rule does.
    struct Arrival {
        /// Where the reading stands.
        struct Place: BitwiseCopyable {
            fileprivate let batch: Unmanaged<ArrivedBatch>
            let event: Int
            let reading: Int

            /// The batch, without counting.
            func withBatch<Result>(_ body: (ArrivedBatch) -> Result) -> Result { batch._withUnsafeGuaranteedRef(body) }

            /// Without what the engine knows of it.
            var arrival: Arrival { withBatch { Arrival($0, event: event, reading: reading) } }
        }

        let place: Place
        let time: Timestamp
        let value: Double
        let longitude: Double
        let latitude: Double
        let isExercise: Bool
        /// Index of the source; −1 where nothing is applied.
        let source: Int32
        /// The engine's symbols; −1 where the event has none.
        let subject: Int32
        let area: Int32
        /// Of the event, and the engine's clock at it.
        let position: Int64
        let received: Timestamp

        init(
            _ arrived: ArrivedBatch, event: Int, reading: Int, source: Int32 = -1, subject: Int32 = -1,
            area: Int32 = -1, position: Int64 = -1, received: Timestamp = .distantPast
        ) {
            place = Place(batch: .passUnretained(arrived), event: event, reading: reading)
            time = arrived.columns.times[event]
            value = arrived.columns.values[reading]
            longitude = arrived.columns.longitudes[event]
            latitude = arrived.columns.latitudes[event]
            isExercise = arrived.columns.flags[event].contains(.exercise)
            self.source = source
            self.subject = subject
            self.area = area
            self.position = position
            self.received = received
        }

        var event: Int { place.event }
        var reading: Int { place.reading }
        var arrived: ArrivedBatch { place.batch.takeUnretainedValue() }

        var eventID: String { arrived.columns.ids.string(event) }
    }

    func registered(_ arrival: Arrival) -> Registry.Subject? {
        let subject = arrival.arrived.columns.subjects[arrival.event]
        guard !registry.subjects.isEmpty, subject >= 0 else { return nil }
        return registry.subject(arrival.arrived.columns.strings.string(subject))
    }
}
