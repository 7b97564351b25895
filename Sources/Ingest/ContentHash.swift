import Events

/// A 32-bit hash of what an event says, the same from a draft and from the batch that journaled it.
///
/// Restricted text is left out: it may be erased. Units are hashed after conversion.
struct ContentHash {
    private var state: UInt64 = 0x2545_F491_4F6C_DD1D
    var value: UInt32 { UInt32(truncatingIfNeeded: state ^ (state >> 32)) }

    @inline(__always) private mutating func add(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        state = product.high ^ product.low ^ 0x9E37_79B9_7F4A_7C15
    }

    @inline(__always) private mutating func add(_ bytes: UnsafeRawBufferPointer) { add(byteHash(bytes)) }

    /// What the sender said: how far ahead the event lay of others when it came is another time's matter.
    @inline(__always) private static func said(_ flags: EventFlags) -> UInt64 {
        UInt64(flags.subtracting(.ahead).rawValue)
    }

    init(_ draft: borrowing EventDraft) {
        add(UInt64(bitPattern: draft.time.microseconds))
        add(UInt64(UInt32(bitPattern: draft.period)) << 8 | Self.said(draft.flags))
        add(draft.type.bytes)
        add(draft.subject.bytes)
        add(draft.area.bytes)
        add(draft.longitude.bitPattern)
        add(draft.latitude.bitPattern)
        for index in draft.readings.indices {
            let reading = draft.readings[index]
            add(reading.metric.bytes)
            add(reading.value.bitPattern)
            add(reading.unit.bytes)
            add(reading.quality.bytes)
        }
        for index in draft.fields.indices {
            let field = draft.fields[index]
            add(field.name.bytes)
            if field.kind == .string { add(field.text.bytes) } else { add(field.bits ^ UInt64(field.kind.rawValue)) }
        }
    }

    init(_ batch: EventBatch, event: Int) {
        add(UInt64(bitPattern: batch.times[event].microseconds))
        add(UInt64(UInt32(bitPattern: batch.periods[event])) << 8 | Self.said(batch.flags[event]))
        add(batch.types[event], batch)
        add(batch.subjects[event], batch)
        add(batch.areas[event], batch)
        add(batch.longitudes[event].bitPattern)
        add(batch.latitudes[event].bitPattern)
        for reading in batch.readings(event) {
            add(batch.metrics[reading], batch)
            add(batch.values[reading].bitPattern)
            add(batch.units[reading], batch)
            add(batch.qualities[reading], batch)
        }
        for field in batch.fields(event) {
            add(batch.fieldNames[field], batch)
            let value = batch.fieldValues[field]
            if value.kind == .string { add(value.string, batch) } else { add(value.bits ^ UInt64(value.kind.rawValue)) }
        }
    }

    private mutating func add(_ number: Int32, _ batch: EventBatch) {
        if number == EventBatch.absent {
            add(UnsafeRawBufferPointer(start: nil, count: 0))
        } else {
            add(batch.strings.withBytes(number) { byteHash($0) })
        }
    }
}
