import CivilTime
import Events

extension Rule {
    /// When a rule's alarms are told, by the clock on the wall of a named zone.
    public struct Calendar: Equatable, Sendable {
        /// Minutes since midnight; an end at or before the start lies on the next day. 24:00 is 1440.
        public struct Hours: Equatable, Sendable {
            public var from: Int
            public var until: Int

            public init(from: Int, until: Int) {
                self.from = from
                self.until = until
            }
        }

        /// Days since 1970-01-01, both included.
        public struct Days: Equatable, Sendable {
            public var first: Int
            public var last: Int

            public init(first: Int, last: Int) {
                self.first = first
                self.last = last
            }

            func contains(_ day: Int) -> Bool { first <= day && day <= last }
        }

        public static let defaultZone = "Asia/Shanghai"
        public static let maximumHours = 16
        /// Public holidays of some years.
        public static let maximumDays = 400

        public var zone = defaultZone
        /// Bit 0 is Monday, bit 6 Sunday.
        public var weekdays: UInt8 = 0x7F
        /// Each belongs to the day on which it begins.
        public var hours = [Hours(from: 0, until: 1440)]
        /// The days on which the calendar holds at all.
        public var season = Days(first: -1_000_000, last: 1_000_000)
        /// Never active: holidays.
        public var except: [Days] = []
        /// Active whatever the weekday and `except` say: working days moved to a weekend.
        public var also: [Days] = []

        public init() {}
    }
}

extension Rule.Calendar {
    func isDay(_ day: Int) -> Bool {
        guard season.contains(day) else { return false }
        if also.contains(where: { $0.contains(day) }) { return true }
        if except.contains(where: { $0.contains(day) }) { return false }
        let weekday = (day + 3) - floorDivide(day + 3, 7) * 7
        return weekdays >> UInt8(weekday) & 1 == 1
    }

    /// Whether there is any day on which it holds. After the season's start and after each exception a week shows it.
    public var everHolds: Bool {
        let starts = [season.first] + except.map { $0.last + 1 }
        return !hours.isEmpty
            && (starts.contains { start in (start..<(start + 7)).contains(where: isDay) }
                || also.contains { isDay(max($0.first, season.first)) })
    }

    /// Whether the wall clock of the zone shows an active time.
    public func isActive(at moment: Timestamp, in zone: ZoneTable) -> Bool {
        isActive(second: floorDivide(Int(moment.microseconds), 1_000_000), in: zone)
    }

    private func isActive(second: Int, in zone: ZoneTable) -> Bool {
        let local = second + zone.offset(at: second)
        let day = floorDivide(local, 86_400)
        let clock = local - day * 86_400
        return hours.contains { hours in
            guard hours.until <= hours.from else {
                return clock >= hours.from * 60 && clock < hours.until * 60 && isDay(day)
            }
            return (clock >= hours.from * 60 && isDay(day)) || (clock < hours.until * 60 && isDay(day - 1))
        }
    }

    /// The first active second after an inactive moment; `distantFuture` where there is none within ten years.
    public func nextStart(after moment: Timestamp, in zone: ZoneTable) -> Timestamp {
        next(.start, after: moment, in: zone)
    }

    /// The first inactive second after an active moment; `distantFuture` where there is none within ten years.
    public func nextEnd(after moment: Timestamp, in zone: ZoneTable) -> Timestamp {
        next(.end, after: moment, in: zone)
    }

    private enum Edge { case start, end }

    private func next(_ edge: Edge, after moment: Timestamp, in zone: ZoneTable) -> Timestamp {
        let now = floorDivide(Int(moment.microseconds), 1_000_000)
        let today = floorDivide(now + zone.offset(at: now), 86_400)
        var day = max(today - 1, season.first - 1)
        let last = min(today + 3660, season.last + 1)
        while day <= last {
            // Near a change of the clock an edge of the next day can come before one of this day.
            let found =
                seconds(of: edge, on: day, after: now, in: zone) + seconds(of: edge, on: day + 1, after: now, in: zone)
            if let first = found.min() { return Timestamp(seconds: Int64(first)) }
            day += 1
        }
        return .distantFuture
    }

    /// Seconds at which the calendar may become active and then is, or inactive: the starts or ends of a local day's hours by
    /// the offsets in force around them, and the changes of the clock themselves, which can jump into an active time or out of one.
    private func seconds(of edge: Edge, on day: Int, after now: Int, in zone: ZoneTable) -> [Int] {
        let midnight = day * 86_400
        var candidates = zone.transitions(in: (midnight - 86_400)..<(midnight + 2 * 86_400))
            .filter { floorDivide($0.from + $0.offsetSeconds, 86_400) == day }.map(\.from)
        if isDay(day) {
            for hours in hours {
                // Hours that go on into the next day end there.
                let end = hours.until + (hours.until <= hours.from ? 1440 : 0)
                let local = midnight + (edge == .start ? hours.from : end) * 60
                candidates.append(local - zone.offset(at: local - 86_400))
                candidates.append(local - zone.offset(at: local + 86_400))
            }
        }
        return candidates.filter { $0 > now && isActive(second: $0, in: zone) == (edge == .start) }
    }
}

extension Rule.Calendar {
    func write(to out: inout ByteWriter) {
        out.put(zone)
        out.put(weekdays)
        out.put(hours) { out, hours in
            out.put(UInt16(hours.from))
            out.put(UInt16(hours.until))
        }
        season.write(to: &out)
        for list in [except, also] { out.put(list) { $1.write(to: &$0) } }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        zone = try r.getString()
        weekdays = try r.get()
        hours = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            Hours(from: Int(try r.get(UInt16.self)), until: Int(try r.get(UInt16.self)))
        }
        season = try Days(from: &r)
        except = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Days(from: &r) }
        also = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try Days(from: &r) }
        guard weekdays < 128, hours.count <= Self.maximumHours,
            hours.allSatisfy({ $0.from < 1440 && (0...1440).contains($0.until) }),
            max(except.count, also.count) <= Self.maximumDays
        else { throw .invalid(what: "calendar", at: r.offset) }
    }
}

extension Rule.Calendar.Days {
    func write(to out: inout ByteWriter) {
        out.put(Int32(first))
        out.put(Int32(last))
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        first = Int(try r.get(Int32.self))
        last = Int(try r.get(Int32.self))
        // Beyond the years 0000…9999 that can be written.
        guard -3_000_000 <= first, first <= last, last <= 3_000_000 else { throw .invalid(what: "days", at: r.offset) }
    }
}
