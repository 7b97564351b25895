import Events

/// Accepted events on their way into the open batch: a message, and not each event, pays for growing a dozen columns.
struct EventRows: ~Copyable {
    private static let events = 128
    private static let readings = 256
    private static let fields = 512
    private static let idBytes = 8192

    private var times = FixedList<Timestamp>(capacity: events)
    private var periods = FixedList<Int32>(capacity: events)
    private var types = FixedList<Int32>(capacity: events)
    private var sources = FixedList<Int32>(capacity: events)
    private var subjects = FixedList<Int32>(capacity: events)
    private var areas = FixedList<Int32>(capacity: events)
    private var longitudes = FixedList<Double>(capacity: events)
    private var latitudes = FixedList<Double>(capacity: events)
    private var flags = FixedList<EventFlags>(capacity: events)
    private var ids = FixedList<UInt8>(capacity: idBytes)
    private var idEnds = FixedList<UInt32>(capacity: events)
    private var readingEnds = FixedList<UInt32>(capacity: events)
    private var fieldEnds = FixedList<UInt32>(capacity: events)
    private var metrics = FixedList<Int32>(capacity: readings)
    private var values = FixedList<Double>(capacity: readings)
    private var units = FixedList<Int32>(capacity: readings)
    private var qualities = FixedList<Int32>(capacity: readings)
    private var fieldNames = FixedList<Int32>(capacity: fields)
    private var fieldValues = FixedList<FieldValue>(capacity: fields)

    /// Events that are not in the batch yet; its strings and restricted fields are.
    var count: Int { times.count }

    private var isFull: Bool {
        times.room == 0 || ids.room < Limits.stringBytes || values.room < Limits.readings
            || fieldValues.room < Limits.fields
    }

    /// Takes an accepted event; `hash` is its subject's `byteHash`.
    mutating func append(
        _ draft: borrowing EventDraft, subjectHash hash: UInt64, to batch: inout EventBatch, _ cache: inout TextCache
    ) {
        if isFull { move(into: &batch) }
        for field in draft.restricted {
            let event = Int32(batch.count + count)
            batch.restricted.append(RestrictedField(event: event, name: field.name.string, value: field.value.string))
        }
        func number(_ text: Text) -> Int32 {
            text.isAbsent ? EventBatch.absent : cache.number(text) { batch.strings.intern($0) }
        }
        ids.append(contentsOf: draft.id.bytes)
        idEnds.append(UInt32(batch.ids.bytes.count + ids.count))
        times.append(draft.time)
        periods.append(draft.period)
        types.append(number(draft.type))
        sources.append(number(draft.source))
        subjects.append(
            draft.subject.isAbsent ? EventBatch.absent : batch.strings.intern(draft.subject.bytes, hash: hash))
        areas.append(number(draft.area))
        longitudes.append(draft.longitude)
        latitudes.append(draft.latitude)
        flags.append(draft.flags)
        for index in draft.readings.indices {
            let reading = draft.readings[index]
            metrics.append(number(reading.metric))
            values.append(reading.value)
            units.append(number(reading.unit))
            qualities.append(number(reading.quality))
        }
        readingEnds.append(UInt32(batch.values.count + values.count))
        for index in draft.fields.indices {
            let field = draft.fields[index]
            fieldNames.append(number(field.name))
            fieldValues.append(
                field.kind == .string ? .string(number(field.text)) : FieldValue(kind: field.kind, bits: field.bits))
        }
        fieldEnds.append(UInt32(batch.fieldValues.count + fieldValues.count))
    }

    mutating func move(into batch: inout EventBatch) {
        times.move(into: &batch.times)
        periods.move(into: &batch.periods)
        types.move(into: &batch.types)
        sources.move(into: &batch.sources)
        subjects.move(into: &batch.subjects)
        areas.move(into: &batch.areas)
        longitudes.move(into: &batch.longitudes)
        latitudes.move(into: &batch.latitudes)
        flags.move(into: &batch.flags)
        ids.move(into: &batch.ids.bytes)
        idEnds.move(into: &batch.ids.ends)
        readingEnds.move(into: &batch.readingEnds)
        fieldEnds.move(into: &batch.fieldEnds)
        metrics.move(into: &batch.metrics)
        values.move(into: &batch.values)
        units.move(into: &batch.units)
        qualities.move(into: &batch.qualities)
        fieldNames.move(into: &batch.fieldNames)
        fieldValues.move(into: &batch.fieldValues)
    }
}
