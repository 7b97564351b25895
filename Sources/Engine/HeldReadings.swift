import Events

/// The list of readings that one key holds.
struct HeldList: BitwiseCopyable {
    fileprivate(set) var first: Int32 = -1
    fileprivate(set) var last: Int32 = -1
    fileprivate(set) var count: Int32 = 0

    var isEmpty: Bool { count == 0 }
}

/// All readings that one rule holds, in one pool of places; each key's are a list ascending by (time, arrival).
struct HeldReadings: Sendable {
    /// Of one key: a reading a second with a lateness of a quarter of an hour. Whoever sends more often and later than
    /// that loses order, and no reading.
    static let mostOfKey = 1024
    /// Of a rule: some 200 MB.
    static let most = 1 << 20

    private var pool = Pages<HeldReading>(blank: .free)
    private var firstFree: Int32 = -1
    private(set) var count = 0
    /// `most`, but for tests.
    var capacity = Self.most

    func hasRoom(in list: HeldList) -> Bool { count < capacity && list.count < Self.mostOfKey }

    func first(of list: HeldList) -> HeldReading? { list.isEmpty ? nil : pool[list.first] }

    /// Puts a reading behind all of its key that are not later.
    mutating func insert(_ reading: HeldReading, into list: inout HeldList) {
        precondition(hasRoom(in: list), "the bounds are looked at before")
        var before = list.last
        while before >= 0, pool.read(before)[0].time > reading.time { before = pool.read(before)[0].previous }
        let after = before < 0 ? list.first : pool.read(before)[0].next
        let place = take()
        pool[place] = reading
        pool.write(place)[0].previous = before
        pool.write(place)[0].next = after
        if before < 0 { list.first = place } else { pool.write(before)[0].next = place }
        if after < 0 { list.last = place } else { pool.write(after)[0].previous = place }
        list.count += 1
        count += 1
    }

    mutating func popFirst(of list: inout HeldList) -> HeldReading? {
        guard let reading = first(of: list) else { return nil }
        let place = list.first
        list.first = reading.next
        list.count -= 1
        if list.first < 0 { list.last = -1 } else { pool.write(list.first)[0].previous = -1 }
        pool.write(place)[0].next = firstFree
        firstFree = place
        count -= 1
        // A storm is over: its memory is given back.
        if count == 0, pool.count > Int32(Self.mostOfKey) {
            pool.resize(to: 0)
            firstFree = -1
        }
        return reading
    }

    private mutating func take() -> Int32 {
        guard firstFree >= 0 else { return pool.append(.free) }
        defer { firstFree = pool.read(firstFree)[0].next }
        return firstFree
    }

    /// Changes every reading of a list.
    mutating func visit(_ list: HeldList, _ change: (inout HeldReading) -> Void) {
        var place = list.first
        while place >= 0 {
            change(&pool.write(place)[0])
            place = pool.read(place)[0].next
        }
    }

    func forEach(_ list: HeldList, _ body: (HeldReading) -> Void) {
        var place = list.first
        while place >= 0 {
            let reading = pool.read(place)[0]
            body(reading)
            place = reading.next
        }
    }
}

extension HeldReadings {
    func write(_ list: HeldList, to out: inout ByteWriter) {
        out.put(list.count)
        forEach(list) { $0.write(to: &out) }
    }

    /// Readings of one key as they were written, each with so many numbers; anything else is refused.
    mutating func restore(
        _ list: inout HeldList, numbers: Int, from r: inout ByteReader
    ) throws(ByteReader.Failure) {
        let length = try r.get(Int32.self)
        var last = Timestamp.distantPast
        for _ in 0..<max(0, length) {
            let reading = try HeldReading(numbers: numbers, from: &r)
            guard hasRoom(in: list), reading.time >= last else { throw .invalid(what: "held reading", at: r.offset) }
            last = reading.time
            insert(reading, into: &list)
        }
    }
}
