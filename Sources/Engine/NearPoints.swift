import Events

/// Points of one rule, found by place: a ring in order of arrival over a grid of cubes, at most so many at once.
///
/// A cube's edge is at least the distance asked for, so what is near lies in the 27 cubes around a place, of which the
/// earth's surface crosses a few.
struct NearPoints: Sendable {
    struct Point: BitwiseCopyable {
        var place: GeoPoint
        var time: Timestamp
        /// Of what counts once, however many of its points are near: a hash of the subject, as symbols are renumbered.
        var identity: Int64
        var isExercise: Bool
        fileprivate var cube: UInt64
        /// The next in the same bucket, in order of arrival; −1 at the end.
        fileprivate var next: Int32

        init(place: GeoPoint, time: Timestamp, identity: Int64, isExercise: Bool) {
            self.place = place
            self.time = time
            self.identity = identity
            self.isExercise = isExercise
            cube = 0
            next = -1
        }
    }

    /// Metres; smaller cubes would not fit three coordinates into one word.
    private static let leastEdge = 10.0
    private static let bitsPerAxis: UInt64 = 21

    let capacity: Int32
    private let edge: Double
    private let squaredChord: Double
    private var points = Pages<Point>(
        blank: Point(place: GeoPoint(x: 0, y: 0, z: 0), time: .distantPast, identity: 0, isExercise: false))
    private var first: Int32 = 0
    private(set) var count: Int32 = 0
    /// Per bucket its oldest and newest point; −1 where it has none.
    private var heads: [Int32]
    private var tails: [Int32]
    /// Greatest time of any point so far.
    private(set) var newest = Timestamp.distantPast

    /// `metres` within which points are near.
    init(within metres: Double, capacity: Int) {
        precondition(capacity > 0 && metres > 0, "a place for at least one point")
        self.capacity = Int32(capacity)
        edge = max(metres, Self.leastEdge)
        squaredChord = GeoPoint.squaredChord(ofArc: metres)
        var buckets = 64
        while buckets < capacity { buckets *= 2 }
        heads = [Int32](repeating: -1, count: buckets)
        tails = heads
    }

    /// Adds a point; false where the oldest had to give way.
    mutating func add(_ point: Point) -> Bool {
        let hadRoom = count < capacity
        if !hadRoom { removeFirst() }
        var point = point
        point.cube = Self.cube(axis(point.place.x), axis(point.place.y), axis(point.place.z))
        point.next = -1
        let index = (first + count) % capacity
        if index == points.count { _ = points.append(point) } else { points[index] = point }
        let bucket = bucket(point.cube)
        if tails[bucket] < 0 { heads[bucket] = index } else { points.write(tails[bucket])[0].next = index }
        tails[bucket] = index
        count += 1
        newest = max(newest, point.time)
        return hadRoom
    }

    /// Forgets points from the oldest arrival on, as long as they lie before the moment.
    mutating func removeFirst(before moment: Timestamp) {
        while count > 0, points.read(first)[0].time < moment { removeFirst() }
    }

    private mutating func removeFirst() {
        let point = points.read(first)[0]
        let bucket = bucket(point.cube)
        precondition(heads[bucket] == first, "the oldest point is the first of its bucket")
        heads[bucket] = point.next
        if point.next < 0 { tails[bucket] = -1 }
        first = (first + 1) % capacity
        count -= 1
    }

    func forEach(near place: GeoPoint, _ body: (borrowing Point) -> Void) {
        guard count > 0 else { return }
        let (x, y, z) = (axis(place.x), axis(place.y), axis(place.z))
        for dx in -1...1 {
            for dy in -1...1 {
                for dz in -1...1 {
                    let cube = Self.cube(x + dx, y + dy, z + dz)
                    var index = heads[bucket(cube)]
                    while index >= 0 {
                        let point = points.read(index)
                        if point[0].cube == cube, point[0].place.squaredChord(to: place) <= squaredChord {
                            body(point[0])
                        }
                        index = point[0].next
                    }
                }
            }
        }
    }

    private func axis(_ metres: Double) -> Int { Int((metres / edge).rounded(.down)) }

    private static func cube(_ x: Int, _ y: Int, _ z: Int) -> UInt64 {
        let half = 1 << (bitsPerAxis - 1)
        let (x, y, z) = (UInt64(x + half), UInt64(y + half), UInt64(z + half))
        return x << (2 * bitsPerAxis) | y << bitsPerAxis | z
    }

    private func bucket(_ cube: UInt64) -> Int {
        let product = cube &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (product ^ (product >> 32)) & UInt64(heads.count - 1))
    }

    func write(to out: inout ByteWriter) {
        out.put(newest)
        out.put(count)
        for offset in 0..<count {
            let point = points.read((first + offset) % capacity)[0]
            for number in [point.place.x, point.place.y, point.place.z] { out.put(number) }
            out.put(point.time)
            out.put(point.identity)
            out.put(point.isExercise)
        }
    }

    mutating func restore(from r: inout ByteReader) throws(ByteReader.Failure) {
        let newest = try r.getTimestamp()
        let count = try r.get(Int32.self)
        guard count >= 0, count <= capacity else { throw .invalid(what: "points", at: r.offset) }
        for _ in 0..<count {
            let place = GeoPoint(x: try r.getDouble(), y: try r.getDouble(), z: try r.getDouble())
            let point = Point(
                place: place, time: try r.getTimestamp(), identity: try r.get(), isExercise: try r.getBool())
            guard place.isOnEarth, point.time >= .distantPast, point.time <= newest, newest <= .distantFuture else {
                throw .invalid(what: "point", at: r.offset)
            }
            _ = add(point)
        }
        guard newest >= .distantPast, newest <= .distantFuture else { throw .invalid(what: "points", at: r.offset) }
        self.newest = newest
    }
}
