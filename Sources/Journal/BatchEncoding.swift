import Events

/// Writes an event batch as columns, format 1: little-endian, without its restricted fields.
///
/// Order: counts of events, readings, fields, strings and marks; strings; ids; times (first, then differences);
/// the further columns in the order of `EventBatch`; marks.
func encodeBatch(_ batch: EventBatch) -> [UInt8] {
    var out = ColumnWriter(capacity: batch.count * 48 + batch.ids.bytes.count + batch.strings.bytes.count + 64)
    for count in [
        batch.count, batch.values.count, batch.fieldValues.count, batch.strings.count, batch.marks.count,
    ] {
        out.varint(UInt64(count))
    }
    out.ends(batch.strings.ends)
    out.raw(batch.strings.bytes)
    out.ends(batch.ids.ends)
    out.raw(batch.ids.bytes)
    encodeTimes(batch.times, into: &out)
    out.column(batch.periods) { UInt64(UInt32(bitPattern: ($0 << 1) ^ ($0 >> 31))) }
    for column in [batch.types, batch.sources, batch.subjects, batch.areas] { out.column(column, stringNumber) }
    out.doubles(batch.longitudes)
    out.doubles(batch.latitudes)
    out.column(batch.flags) { UInt64($0.rawValue) }
    out.ends(batch.readingEnds)
    out.ends(batch.fieldEnds)
    out.column(batch.metrics, stringNumber)
    out.doubles(batch.values)
    for column in [batch.units, batch.qualities, batch.fieldNames] { out.column(column, stringNumber) }
    encodeFieldValues(batch.fieldValues, into: &out)
    for mark in batch.marks {
        out.text(mark.stream)
        out.varint(mark.epoch)
        out.varint(mark.seq)
    }
    return out.bytes
}

/// `absent` becomes 0, so that a column of numbers stays short.
private func stringNumber(_ number: Int32) -> UInt64 { UInt64(UInt32(bitPattern: number &+ 1)) }

private func encodeTimes(_ times: [Timestamp], into out: inout ColumnWriter) {
    guard let first = times.first?.microseconds else { return }
    out.zigzag(first)
    var previous = first
    var steps: [Int64] = []
    steps.reserveCapacity(times.count)
    for time in times.dropFirst() {
        steps.append(time.microseconds &- previous)
        previous = time.microseconds
    }
    out.column(steps) { UInt64(bitPattern: ($0 << 1) ^ ($0 >> 63)) }
}

private func encodeFieldValues(_ values: [FieldValue], into out: inout ColumnWriter) {
    out.column(values) { UInt64($0.kind.rawValue) }
    for value in values {
        switch value.kind {
        case .double: out.bits(value.bits)
        case .int: out.zigzag(value.int)
        case .null, .bool, .string: out.varint(value.bits)
        }
    }
}
