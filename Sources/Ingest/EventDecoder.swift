import CivilTime
import Events

/// Turns one JSON object on the tape into a checked `EventDraft`; the first flaw refuses the event.
///
/// The draft and the flaw's words point into the tape: they hold until the next document is parsed.
struct EventDecoder: ~Copyable {
    /// What the code of a thrown flaw is about.
    struct Detail {
        var field: String?
        var got: String?
        var want: String?
    }

    /// The document that `decode` reads.
    var tape = JSONTape()
    private let keys = EventKeyTable()
    private var shape = EventShape()
    /// Of the view's metrics; -1 where it has none.
    var metricNumbers = TextCache()
    var times = TimeReader()
    /// Where events are the clock: what came before, in the order of arrival.
    var eventClock: EventClock?
    /// Where the draft takes it, once it is accepted.
    var eventClockThen: EventClock?
    var draft = EventDraft()
    var detail = Detail()

    /// Whether a document, with padding behind it, is an event of the shape that came last; then it is in the draft.
    mutating func read(_ document: UnsafePointer<UInt8>, count: Int) -> Bool {
        shape.read(document, count: count, &draft)
    }

    /// Remembers the document of the draft, which was taken; nothing about persons.
    mutating func learn(_ document: UnsafePointer<UInt8>, count: Int) {
        guard shape.isStale, tape.isPlain, draft.restricted.isEmpty, !draft.has(.readings),
            let kept = shape.keep(document, count: count)
        else { return }
        tape = kept
        draft.reset()
        guard (try? walk(JSONTape.root, inData: false)) != nil else { return }
        shape.know(kept, count: count, draft)
    }

    /// Decodes the object at a tape index, or, without one, what was read into the draft; `now` judges its time where the department
    /// asks a clock.
    mutating func decode(
        at index: Int?, department: DepartmentTexts, view: IngestView, now: Timestamp
    ) throws(IngestCode) {
        if let index {
            draft.reset()
            guard tape.kind(index) == .object else { throw refuse(.notAnObject) }
            try walk(index, inData: false)
        }
        try finishAttributes(department)
        try finishTime(department.record, now)
        try finishPlace()
        if draft.isReport { try finishReport(view) } else { try finishReading(view) }
    }

    /// Records what a flaw is about and hands its code on.
    mutating func refuse(
        _ code: IngestCode, _ field: StaticString? = nil, got: Text? = nil, want: String? = nil
    ) -> IngestCode {
        detail = Detail(field: field.map { "\($0)" }, got: got.map { String($0.string.prefix(64)) }, want: want)
        return code
    }

    /// The same for a field of one reading, whose number is told where there are several.
    mutating func refuse(
        _ code: IngestCode, _ reading: Int, _ field: StaticString, got: Text? = nil, want: String? = nil
    ) -> IngestCode {
        defer { if draft.has(.readings) { detail.field = "readings[\(reading)].\(field)" } }
        return refuse(code, field, got: got, want: want)
    }

    /// The id of the object at a tape index, where it could be one; for an event that was refused before it was read.
    func id(at object: Int) -> String? {
        guard tape.kind(object) == .object else { return nil }
        var at = object + 1
        while at < tape.end(object) {
            if keys.find(tape.text(at)) == .id {
                let isText = tape.kind(at + 1) == .string && tape.text(at + 1).count <= Limits.stringBytes
                return isText ? tape.text(at + 1).string : nil
            }
            at = tape.after(at + 1)
        }
        return nil
    }

    /// The view was swapped.
    mutating func forgetView() { metricNumbers.removeAll() }

    // Walking.

    private mutating func walk(_ object: Int, inData: Bool) throws(IngestCode) {
        let end = tape.end(object)
        var at = object + 1
        while at < end {
            let key = keys.find(tape, at)
            let name = tape.text(at)
            at += 1
            if key == .other || (inData && key.isAttribute) {
                try takeField(name, at)
            } else {
                guard draft.seen & key.bit == 0 else { throw refuse(.duplicateKey, key.name) }
                draft.seen |= key.bit
                if tape.kind(at) == .null, key != .value {
                    draft.absent |= key.bit
                } else {
                    try take(key, name, at)
                }
            }
            at = tape.after(at)
        }
    }

    private mutating func take(_ key: EventKey, _ name: Text, _ at: Int) throws(IngestCode) {
        switch key {
        case .id: draft.id = try string(at, key, checked: true)
        case .source: draft.source = try string(at, key, checked: true)
        case .type: draft.type = try string(at, key, checked: true)
        case .subject: draft.subject = try string(at, key, checked: true)
        case .time: draft.timeText = try string(at, key)
        case .specversion: draft.specversion = try string(at, key)
        case .datacontenttype: draft.contentType = try string(at, key)
        case .data: try takeData(at)
        case .dataBase64: throw refuse(.unsupportedData, key.name, want: "data")
        case .exportPosition, .exportReceived, .exportDepartment, .exportRestricted: break
        case .metric: draft.single.metric = try string(at, key, checked: true)
        case .unit: draft.single.unit = try string(at, key, checked: true)
        case .quality: draft.single.quality = try string(at, key, checked: true)
        case .value:
            draft.single.value = try number(at, key)
            draft.single.hasValue = true
        case .area: draft.area = try string(at, key)
        case .lon: draft.longitude = try number(at, key)
        case .lat: draft.latitude = try number(at, key)
        case .crs: draft.crs = try string(at, key)
        case .period: try takePeriod(at)
        case .category: draft.category = try string(at, key, checked: true)
        case .count: draft.count = try number(at, key)
        case .exercise: try takeExercise(at)
        case .corrects: _ = try keep(name, at, key)
        case .via: draft.via = try keep(name, at, key)
        case .readings: try takeReadings(at)
        case .text, .reporter, .reporterName, .reporterPhone, .contact, .phone: try takeRestricted(key, name, at)
        case .other: preconditionFailure("other keys are fields")
        }
    }

    /// A known key whose text is a field to the rules.
    private mutating func keep(_ name: Text, _ at: Int, _ key: EventKey) throws(IngestCode) -> Text {
        let text = try string(at, key, checked: true)
        if !text.isAbsent { try append(EventDraft.Field(name: name, kind: .string, bits: 0, text: text)) }
        return text
    }

    /// A string or, for null, nothing.
    @inline(__always)
    private mutating func string(_ at: Int, _ key: EventKey, checked: Bool = false) throws(IngestCode) -> Text {
        guard tape.kind(at) == .string else {
            if tape.kind(at) == .null { return .absent }
            throw refuse(.wrongType, key.name, want: key == .time ? Finding.timeType : "a string")
        }
        let text = tape.text(at)
        guard text.count <= Limits.stringBytes else { throw refuse(.tooLong, key.name, want: "\(Limits.stringBytes)") }
        if checked {
            guard text.count > 0 || key == .unit || key == .quality else { throw refuse(.emptyField, key.name) }
            guard tape.isPlain || !text.hasControl else { throw refuse(.badCharacters, key.name) }
        }
        return text
    }

    /// A number or, for null, NaN.
    @inline(__always)
    private mutating func number(_ at: Int, _ key: EventKey) throws(IngestCode) -> Double {
        if let number = tape.number(at) { return number }
        guard tape.kind(at) == .null else { throw refuse(.wrongType, key.name, want: "a number") }
        return .nan
    }

    private mutating func takeData(_ at: Int) throws(IngestCode) {
        switch tape.kind(at) {
        case .object: try walk(at, inData: true)
        case .array: throw refuse(.unsupportedData, "data", want: "an object")
        default: throw refuse(.wrongType, "data", want: "an object")
        }
    }

    private mutating func takePeriod(_ at: Int) throws(IngestCode) {
        let text = try string(at, .period)
        if text.isAbsent { return }
        guard let seconds = periodSeconds(text.bytes) else { throw refuse(.badPeriod, "period", got: text) }
        draft.period = seconds
    }

    private mutating func takeExercise(_ at: Int) throws(IngestCode) {
        switch tape.kind(at) {
        case .true: draft.flags.insert(.exercise)
        case .false, .null: break
        default: throw refuse(.wrongType, "exercise", want: "true or false")
        }
    }

    private mutating func takeRestricted(_ key: EventKey, _ name: Text, _ at: Int) throws(IngestCode) {
        guard tape.kind(at) == .string else {
            if tape.kind(at) == .null { return }
            throw refuse(.wrongType, key.name, want: "a string")
        }
        let text = tape.text(at)
        guard text.count <= Limits.textBytes else { throw refuse(.tooLong, key.name, want: "\(Limits.textBytes)") }
        draft.restricted.append((name, text))
    }

    private mutating func takeReadings(_ array: Int) throws(IngestCode) {
        guard tape.kind(array) == .array else { throw refuse(.wrongType, "readings", want: "an array") }
        let end = tape.end(array)
        var at = array + 1
        while at < end {
            guard tape.kind(at) == .object else { throw refuse(.wrongType, "readings", want: "an array of objects") }
            guard draft.readings.count < Limits.readings else {
                throw refuse(.tooManyReadings, "readings", want: "\(Limits.readings)")
            }
            do {
                draft.readings.append(try reading(at))
            } catch {
                detail.field = detail.field.map { "readings[\(draft.readings.count)].\($0)" }
                throw error
            }
            at = tape.after(at)
        }
        guard !draft.readings.isEmpty else { throw refuse(.emptyField, "readings") }
    }

    private mutating func reading(_ object: Int) throws(IngestCode) -> EventDraft.Reading {
        var reading = EventDraft.Reading()
        var seen: UInt64 = 0
        let end = tape.end(object)
        var at = object + 1
        while at < end {
            let key = keys.find(tape, at)
            let name = tape.text(at)
            at += 1
            guard seen & key.bit == 0 || key == .other else { throw refuse(.duplicateKey, key.name) }
            seen |= key.bit
            switch key {
            case .metric: reading.metric = try string(at, key, checked: true)
            case .unit: reading.unit = try string(at, key, checked: true)
            case .quality: reading.quality = try string(at, key, checked: true)
            case .value:
                reading.value = try number(at, key)
                reading.hasValue = true
            default:
                let code = refuse(.unexpectedField, nil)
                detail.field = String(name.string.prefix(64))
                throw code
            }
            at = tape.after(at)
        }
        return reading
    }

    private mutating func takeField(_ name: Text, _ at: Int) throws(IngestCode) {
        var field = EventDraft.Field(name: name, kind: .null, bits: 0, text: .absent)
        switch tape.kind(at) {
        case .string:
            field.kind = .string
            field.text = tape.text(at)
        case .int: (field.kind, field.bits) = (.int, tape.word(at + 1))
        case .double: (field.kind, field.bits) = (.double, tape.word(at + 1))
        case .true: (field.kind, field.bits) = (.bool, 1)
        case .false: field.kind = .bool
        case .null: break
        case .uint: throw fieldFlaw(.outOfRange, name, "a signed 64-bit integer")
        default: throw fieldFlaw(.wrongType, name, "a scalar")
        }
        try append(field)
    }

    mutating func append(_ field: EventDraft.Field) throws(IngestCode) {
        let (name, text) = (field.name, field.text)
        guard name.count > 0 else { throw fieldFlaw(.emptyField, name, "a name") }
        guard name.count <= Limits.stringBytes, text.count <= Limits.stringBytes else {
            throw fieldFlaw(.tooLong, name, "\(Limits.stringBytes)")
        }
        guard tape.isPlain || !name.hasControl else { throw fieldFlaw(.badCharacters, name, "") }
        for other in draft.fields.indices where draft.fields[other].name.equals(name) {
            throw fieldFlaw(.duplicateKey, name, "")
        }
        guard draft.fields.count < Limits.fields else { throw fieldFlaw(.tooManyFields, name, "\(Limits.fields)") }
        draft.fields.append(field)
    }

    private mutating func fieldFlaw(_ code: IngestCode, _ name: Text, _ want: String) -> IngestCode {
        detail = Detail(field: String(name.string.prefix(64)), got: nil, want: want.isEmpty ? nil : want)
        return code
    }
}
