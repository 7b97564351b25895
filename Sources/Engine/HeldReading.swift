import Events

/// What a rule needs of a reading that waits until the watermark has passed it: numbers, no event.
struct HeldReading: BitwiseCopyable {
    var time: Timestamp
    /// Of its record; ties of time are applied as they came.
    var position: Int64
    var source: Int32
    var subject: Int32
    var area: Int32
    /// Symbol of the event's id.
    var event: Int32
    var longitude: Double
    var latitude: Double
    /// The steps of a sequence that it is.
    var steps: UInt16 = 0
    /// Per value its number or its window's sample, NaN for none; of proximity the place.
    var numbers = RuleValues()
    /// Neighbours in the list of its key, −1 at the ends; of a free place only `next`.
    var next: Int32 = -1
    var previous: Int32 = -1

    static let free = HeldReading(
        time: .distantPast, position: -1, source: -1, subject: -1, area: -1, event: -1, longitude: .nan, latitude: .nan)
}

extension HeldReading {
    func write(to out: inout ByteWriter) {
        out.put(time)
        out.put(position)
        for number in [source, subject, area, event] { out.put(number) }
        out.put(longitude)
        out.put(latitude)
        out.put(steps)
        for index in 0..<numbers.count { out.put(numbers[index]) }
    }

    init(numbers count: Int, from r: inout ByteReader) throws(ByteReader.Failure) {
        self = .free
        time = try r.getTimestamp()
        position = try r.get()
        source = try r.get()
        subject = try r.get()
        area = try r.get()
        event = try r.get()
        longitude = try r.getDouble()
        latitude = try r.getDouble()
        steps = try r.get()
        for _ in 0..<count { numbers.append(try r.getDouble()) }
    }
}
