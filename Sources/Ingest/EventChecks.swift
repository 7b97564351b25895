import CivilTime
import Events

/// What an event must be beyond its shape: who sends it, when, where, and what it measures.
extension EventDecoder {
    mutating func finishAttributes(_ department: DepartmentTexts) throws(IngestCode) {
        if draft.id.isAbsent { throw refuse(.missingField, "id") }
        if draft.specversion.isAbsent {
            guard !draft.has(.data) else { throw refuse(.missingField, "specversion") }
            if draft.source.isAbsent { draft.source = department.defaultSource }
            if draft.type.isAbsent { draft.type = draft.category.isAbsent ? department.reading : department.report }
        } else {
            guard draft.specversion.equals("1.0") else {
                throw refuse(.unknownSpecversion, "specversion", got: draft.specversion, want: "1.0")
            }
            if draft.source.isAbsent { throw refuse(.missingField, "source") }
            if draft.type.isAbsent { throw refuse(.missingField, "type") }
            if !draft.has(.data) { throw refuse(.missingField, "data") }
        }
        if !draft.contentType.isAbsent, !Self.isJSON(draft.contentType) {
            throw refuse(.unsupportedData, "datacontenttype", got: draft.contentType, want: "application/json")
        }
        if !draft.via.isAbsent, !department.record.forwardedAs.isEmpty { try refuseLoop(department.record.forwardedAs) }
        if looksPersonal(draft.subject.bytes) { throw refuse(.personalSubject, "subject") }
    }

    /// `via` lists the platforms that the event has passed, with blanks between.
    private mutating func refuseLoop(_ own: String) throws(IngestCode) {
        let passed = draft.via.bytes.split(separator: UInt8(ascii: " "))
        guard !passed.contains(where: { $0.elementsEqual(own.utf8) }) else {
            throw refuse(.loop, "via", got: draft.via, want: own)
        }
    }

    private static func isJSON(_ type: Text) -> Bool {
        if type.equals("application/json") { return true }
        let name = type.string.prefix { $0 != ";" && $0 != " " }.lowercased()
        return name == "application/json" || name == "text/json" || name.hasSuffix("+json")
    }

    mutating func finishTime(_ department: Department, _ now: Timestamp) throws(IngestCode) {
        let text = draft.timeText
        if text.isAbsent { throw refuse(.missingField, "time") }
        let time: Timestamp
        do {
            time = try times.read(text, localOffsetMinutes: department.localOffsetMinutes)
        } catch .missingZone {
            throw refuse(.missingZone, "time", got: text)
        } catch {
            throw refuse(.badTime, "time", got: text)
        }
        guard time >= Limits.earliest else { throw refuse(.timeTooEarly, "time", got: text, want: "1900") }
        guard time < Limits.latest else { throw refuse(.timeTooLate, "time", got: text, want: "2200") }
        draft.time = time
        if let age = department.backfillAge, time < now - age {
            throw refuse(.timeTooEarly, "time", got: text, want: age.formatted)
        }
        if let ahead = department.refuseFuture, time > now + ahead {
            throw refuse(.timeTooLate, "time", got: text, want: ahead.formatted)
        }
        if let ahead = department.maxFuture, time > now + ahead {
            draft.clockFastSeconds = ((time - now).microseconds + 999_999) / 1_000_000
        }
        if let step = department.maxStep { judge(time, step, committed: now) }
    }

    /// The draft is accepted: where events are the clock, it is what the next ones are judged by.
    mutating func followDraft() { eventClock = eventClockThen }

    private mutating func judge(_ time: Timestamp, _ step: TimeSpan, committed: Timestamp) {
        var clock = eventClock ?? EventClock(step: step)
        if committed > .distantPast { clock.join(committed) }
        if !clock.follow(time), let now = clock.now {
            draft.clockFastSeconds = ((time - now).microseconds + 999_999) / 1_000_000
            draft.flags.insert(.ahead)
        }
        eventClockThen = clock
    }

    mutating func finishPlace() throws(IngestCode) {
        if !draft.area.isAbsent, AreaCode(bytes: draft.area.bytes) == nil {
            throw refuse(.badArea, "area", got: draft.area, want: "6, 9, 12 or 14 digits")
        }
        let (longitude, latitude) = (draft.longitude, draft.latitude)
        guard longitude.isNaN == latitude.isNaN else { throw refuse(.missingField, longitude.isNaN ? "lon" : "lat") }
        var system = Coordinates.System.cgcs2000
        if !draft.crs.isAbsent {
            guard let named = Coordinates.system(draft.crs) else {
                throw refuse(.badCRS, "crs", got: draft.crs, want: "CGCS2000, WGS84, GCJ02 or BD09")
            }
            system = named
        }
        guard !longitude.isNaN else { return }
        try checkRange()
        guard system != .cgcs2000 else { return }
        let place = Coordinates.toCGCS2000(.init(longitude: longitude, latitude: latitude), from: system)
        (draft.longitude, draft.latitude) = (place.longitude, place.latitude)
        try checkRange()
    }

    private mutating func checkRange() throws(IngestCode) {
        guard (-180...180).contains(draft.longitude) else { throw refuse(.outOfRange, "lon", want: "-180…180") }
        guard (-90...90).contains(draft.latitude) else { throw refuse(.outOfRange, "lat", want: "-90…90") }
    }

    /// A report is a reading whose metric is its category and whose value is its count.
    mutating func finishReport(_ view: IngestView) throws(IngestCode) {
        if draft.area.isAbsent { throw refuse(.missingField, "area") }
        if draft.has(.value), !draft.has(.count) { draft.count = draft.single.value }
        let count = draft.count.isNaN ? 1 : draft.count
        guard (0...1e9).contains(count) else { throw refuse(.outOfRange, "count", want: "0…1000000000") }
        draft.flags.insert(.report)
        draft.single.metric = draft.category
        draft.single.number = metricNumbers.number(draft.category) { view.metrics.find($0) ?? -1 }
        draft.single.value = count
        draft.readings.append(draft.single)
    }

    mutating func finishReading(_ view: IngestView) throws(IngestCode) {
        if draft.subject.isAbsent { throw refuse(.missingField, "subject") }
        if draft.readings.isEmpty {
            draft.readings.append(draft.single)
        } else if draft.has(.metric) || draft.has(.value) || draft.has(.unit) || draft.has(.quality) {
            throw refuse(.unexpectedField, "metric", want: "either metric and value or readings")
        }
        if draft.has(.count), !draft.count.isNaN {
            try append(.init(name: Self.countName, kind: .double, bits: draft.count.bitPattern, text: .absent))
        }
        if !draft.category.isAbsent {
            try append(.init(name: Self.categoryName, kind: .string, bits: 0, text: draft.category))
        }
        for index in draft.readings.indices { try check(index, view) }
        if draft.readings.count == 1, draft.implausibleValue != nil { draft.flags.insert(.implausible) }
    }

    /// Literals as long as a whole word: see `Text`.
    private static let countLiteral: StaticString = "count\0\0\0\0\0\0\0\0\0\0\0"
    private static let categoryLiteral: StaticString = "category\0\0\0\0\0\0\0\0"
    private static var countName: Text { Text(start: countLiteral.utf8Start, count: 5) }
    private static var categoryName: Text { Text(start: categoryLiteral.utf8Start, count: 8) }

    /// Brings one reading to its metric's unit. An implausible one keeps its value alone in an event and becomes NaN among others.
    private mutating func check(_ index: Int, _ view: IngestView) throws(IngestCode) {
        var reading = draft.readings[index]
        if reading.metric.isAbsent { throw refuse(.missingField, index, "metric") }
        if !reading.hasValue { throw refuse(.missingField, index, "value") }
        let number = metricNumbers.number(reading.metric) { view.metrics.find($0) ?? -1 }
        draft.readings[index].number = number
        guard number >= 0, Int(number) < view.catalogue.count else { return }
        reading.number = number
        let sent = reading.value
        guard let implausible = view.convert(&reading, Int(number)) else {
            throw refuse(
                .unitMismatch, index, "unit", got: reading.unit.isAbsent ? nil : reading.unit,
                want: view.catalogue[Int(number)].accepted)
        }
        if implausible {
            draft.implausibleValue = sent
            if draft.readings.count > 1 { reading.value = .nan }
        }
        draft.readings[index] = reading
    }
}
