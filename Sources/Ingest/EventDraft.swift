import Events

/// One event as decoded, by addresses into the tape: nothing of it is in a batch before it is accepted.
struct EventDraft {
    struct Reading: BitwiseCopyable {
        var metric = Text.absent
        /// The metric's number in the view, -1 where it has none.
        var number: Int32 = -1
        /// NaN for null.
        var value = Double.nan
        var hasValue = false
        var unit = Text.absent
        var quality = Text.absent
    }

    struct Field: BitwiseCopyable {
        var name: Text
        var kind: FieldValue.Kind
        var bits: UInt64
        var text: Text
    }

    /// Bits of `EventKey`.
    var seen: UInt64 = 0
    /// Those of them that are null, which is as if they were not there.
    var absent: UInt64 = 0
    var id = Text.absent
    var source = Text.absent
    var type = Text.absent
    var subject = Text.absent
    var timeText = Text.absent
    var specversion = Text.absent
    var contentType = Text.absent
    var area = Text.absent
    var crs = Text.absent
    var category = Text.absent
    var via = Text.absent
    var time = Timestamp(microseconds: 0)
    /// Seconds; 0 for an instant.
    var period: Int32 = 0
    var longitude = Double.nan
    var latitude = Double.nan
    var count = Double.nan
    var flags: EventFlags = []
    /// The event's own metric, value, unit and quality until `finish` puts them among the readings.
    var single = Reading()
    var readings: [Reading] = []
    var fields: [Field] = []
    var restricted: [(name: Text, value: Text)] = []
    /// `clock_fast` and `implausible`, with what they say.
    var clockFastSeconds: Int64 = 0
    var implausibleValue: Double?

    /// Whether its only reading is its category.
    var isReport: Bool { !category.isAbsent && !has(.metric) && !has(.readings) }

    /// Back to nothing, buffers kept.
    mutating func reset() {
        (seen, absent) = (0, 0)
        id = .absent
        source = .absent
        type = .absent
        subject = .absent
        timeText = .absent
        specversion = .absent
        contentType = .absent
        area = .absent
        crs = .absent
        category = .absent
        via = .absent
        period = 0
        longitude = .nan
        latitude = .nan
        count = .nan
        flags = []
        single = Reading()
        readings.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        if !restricted.isEmpty { restricted.removeAll(keepingCapacity: true) }
        clockFastSeconds = 0
        implausibleValue = nil
    }

    @inline(__always) func has(_ key: EventKey) -> Bool { seen & ~absent & key.bit != 0 }

    /// Appends the accepted event to the open batch.
    func append(to batch: inout EventBatch, _ cache: inout TextCache) {
        let event = Int32(batch.count)
        batch.ids.append(id.bytes)
        batch.times.append(time)
        batch.periods.append(period)
        batch.types.append(Self.number(type, &batch.strings, &cache))
        batch.sources.append(Self.number(source, &batch.strings, &cache))
        batch.subjects.append(subject.isAbsent ? EventBatch.absent : batch.strings.intern(subject.bytes))
        batch.areas.append(Self.number(area, &batch.strings, &cache))
        batch.longitudes.append(longitude)
        batch.latitudes.append(latitude)
        batch.flags.append(flags)
        for reading in readings {
            batch.metrics.append(Self.number(reading.metric, &batch.strings, &cache))
            batch.values.append(reading.value)
            batch.units.append(Self.number(reading.unit, &batch.strings, &cache))
            batch.qualities.append(Self.number(reading.quality, &batch.strings, &cache))
        }
        batch.readingEnds.append(UInt32(batch.values.count))
        for field in fields {
            batch.fieldNames.append(Self.number(field.name, &batch.strings, &cache))
            batch.fieldValues.append(
                field.kind == .string
                    ? .string(batch.strings.intern(field.text.bytes)) : FieldValue(kind: field.kind, bits: field.bits))
        }
        batch.fieldEnds.append(UInt32(batch.fieldValues.count))
        for field in restricted {
            batch.restricted.append(RestrictedField(event: event, name: field.name.string, value: field.value.string))
        }
    }

    @inline(__always)
    private static func number(_ text: Text, _ strings: inout StringTable, _ cache: inout TextCache) -> Int32 {
        text.isAbsent ? EventBatch.absent : cache.number(text) { strings.intern($0) }
    }
}
