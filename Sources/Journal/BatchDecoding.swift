import Events

/// Reads what `encodeBatch` wrote in format 1, bit for bit; every count is held against `Limits` before it is used.
func decodeBatch(_ payload: [UInt8]) throws(CodecFailure) -> EventBatch {
    var reader = ColumnReader(payload)
    let n = try reader.count("events", upTo: Limits.rowEvents)
    let readings = try reader.count("readings", upTo: n * Limits.readings)
    let fields = try reader.count("fields", upTo: n * Limits.fields)
    let strings = try reader.count("strings", upTo: payload.count + 1)
    let marks = try reader.count("marks", upTo: payload.count)
    var batch = EventBatch()
    batch.strings = try decodeStrings(strings, from: &reader)
    batch.ids.ends = try reader.ends(n)
    batch.ids.bytes = try reader.raw(Int(batch.ids.ends.last ?? 0))
    batch.times = try decodeTimes(n, from: &reader)
    batch.periods = try reader.column(n, signed)
    batch.types = try reader.column(n, stringNumber)
    batch.sources = try reader.column(n, stringNumber)
    batch.subjects = try reader.column(n, stringNumber)
    batch.areas = try reader.column(n, stringNumber)
    batch.longitudes = try reader.doubles(n)
    batch.latitudes = try reader.doubles(n)
    batch.flags = try reader.column(n, flag)
    batch.readingEnds = try reader.ends(n, total: readings)
    batch.fieldEnds = try reader.ends(n, total: fields)
    batch.metrics = try reader.column(readings, stringNumber)
    batch.values = try reader.doubles(readings)
    batch.units = try reader.column(readings, stringNumber)
    batch.qualities = try reader.column(readings, stringNumber)
    batch.fieldNames = try reader.column(fields, stringNumber)
    batch.fieldValues = try decodeFieldValues(fields, from: &reader)
    batch.marks = try decodeMarks(marks, from: &reader)
    try reader.finish()
    guard batch.isConsistent else { throw CodecFailure("columns that contradict each other", at: reader.offset) }
    return batch
}

private func narrow(_ number: UInt64, _ offset: Int) throws(CodecFailure) -> UInt32 {
    guard let narrow = UInt32(exactly: number) else { throw CodecFailure("number over 32 bits", at: offset) }
    return narrow
}

private func stringNumber(_ number: UInt64, _ offset: Int) throws(CodecFailure) -> Int32 {
    Int32(bitPattern: try narrow(number, offset)) &- 1
}

private func signed(_ number: UInt64, _ offset: Int) throws(CodecFailure) -> Int32 {
    let zigzag = try narrow(number, offset)
    return Int32(bitPattern: zigzag >> 1) ^ -Int32(bitPattern: zigzag & 1)
}

private func flag(_ number: UInt64, _ offset: Int) throws(CodecFailure) -> EventFlags {
    guard let raw = UInt8(exactly: number) else { throw CodecFailure("flags over 8 bits", at: offset) }
    return EventFlags(rawValue: raw)
}

private func kind(_ number: UInt64, _ offset: Int) throws(CodecFailure) -> FieldValue.Kind {
    guard let raw = UInt8(exactly: number), let kind = FieldValue.Kind(rawValue: raw) else {
        throw CodecFailure("field kind \(number)", at: offset)
    }
    return kind
}

private func decodeStrings(_ count: Int, from reader: inout ColumnReader) throws(CodecFailure) -> StringTable {
    let start = reader.offset
    let ends = try reader.ends(count)
    let bytes = try reader.raw(Int(ends.last ?? 0))
    guard let table = StringTable(bytes: bytes, ends: ends) else { throw CodecFailure("a repeated string", at: start) }
    return table
}

private func decodeTimes(_ count: Int, from reader: inout ColumnReader) throws(CodecFailure) -> [Timestamp] {
    guard count > 0 else { return [] }
    var time = try reader.zigzag()
    let steps = try reader.column(count - 1) { (number, _) throws(CodecFailure) in
        Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
    var times = [Timestamp(microseconds: time)]
    times.reserveCapacity(count)
    for step in steps {
        time &+= step
        times.append(Timestamp(microseconds: time))
    }
    return times
}

private func decodeFieldValues(_ count: Int, from reader: inout ColumnReader) throws(CodecFailure) -> [FieldValue] {
    let kinds = try reader.column(count, kind)
    guard count <= reader.remaining else { throw CodecFailure("end of bytes", at: reader.offset) }
    var values: [FieldValue] = []
    values.reserveCapacity(count)
    for kind in kinds {
        switch kind {
        case .double: values.append(FieldValue(kind: kind, bits: try reader.bits()))
        case .int: values.append(.int(try reader.zigzag()))
        case .null, .bool, .string: values.append(FieldValue(kind: kind, bits: try reader.varint()))
        }
    }
    return values
}

private func decodeMarks(_ count: Int, from reader: inout ColumnReader) throws(CodecFailure) -> [StreamMark] {
    guard count <= reader.remaining else { throw CodecFailure("end of bytes", at: reader.offset) }
    var marks: [StreamMark] = []
    for _ in 0..<count {
        marks.append(StreamMark(stream: try reader.text(), epoch: try reader.varint(), seq: try reader.varint()))
    }
    return marks
}
