import Events

extension Journal {
    /// Writes the events from a position (nil: the oldest kept) up to another as NDJSON, one line an event, through
    /// `write` in chunks of whole lines.
    ///
    /// A line is a CloudEvents 1.0 event with the extension attributes `fhposition`, `fhreceived`, `fhdepartment` and `fhrestricted`,
    /// which the door leaves out: what is written can be sent again. Restricted fields are left out unless `restricted` is set; they are
    /// then in `data` as they were sent, or `fhrestricted` is `erased` or `key_missing`. Returns the number of events.
    public static func export(
        data: String, from: Int64?, upTo end: Int64, restricted: Bool = false, write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var reader = try read(data: data, from: from, openRestricted: restricted)
        var count = 0
        while let stored = try reader.next(), stored.record.position < end {
            guard case .events(let batch) = stored.record.entry else { continue }
            var lines: [UInt8] = []
            for event in 0..<batch.count {
                let position = stored.record.position + Int64(event)
                guard position >= from ?? 0, position < end else { continue }
                appendEvent(batch, event, of: stored, to: &lines)
                lines.append(UInt8(ascii: "\n"))
                count += 1
            }
            if !lines.isEmpty { try write(lines) }
        }
        return count
    }
}

private func appendEvent(_ batch: EventBatch, _ event: Int, of stored: StoredRecord, to lines: inout [UInt8]) {
    var json = JSONObjectWriter()
    json.field("specversion", "1.0")
    json.field("id", batch.ids.string(event))
    for (name, column) in [("source", batch.sources), ("type", batch.types), ("subject", batch.subjects)] {
        if let text = batch.text(column[event]) { json.field(name, text) }
    }
    json.field("time", batch.times[event].formatted())
    json.field("fhposition", integer: stored.record.position + Int64(event))
    json.field("fhreceived", stored.record.received.formatted())
    json.field("fhdepartment", stored.record.department)
    switch stored.restricted {
    case .erased: json.field("fhrestricted", "erased")
    case .keyMissing: json.field("fhrestricted", "key_missing")
    case .none, .sealed, .open: break
    }
    json.field("data", object: eventData(batch, event))
    lines.append(contentsOf: json.finish())
}

private func eventData(_ batch: EventBatch, _ event: Int) -> JSONObjectWriter {
    var json = JSONObjectWriter()
    let readings = batch.readings(event)
    if readings.count == 1, isReport(batch, event) {
        appendReport(batch, readings.lowerBound, to: &json)
    } else if readings.count == 1 {
        appendReading(batch, readings.lowerBound, to: &json)
    } else if !readings.isEmpty {
        let objects = readings.map { reading in
            var object = JSONObjectWriter()
            appendReading(batch, reading, to: &object)
            return object
        }
        json.field("readings", objects: objects)
    }
    if let area = batch.text(batch.areas[event]) { json.field("area", area) }
    if !batch.longitudes[event].isNaN { json.field("lon", number: batch.longitudes[event]) }
    if !batch.latitudes[event].isNaN { json.field("lat", number: batch.latitudes[event]) }
    if batch.periods[event] != 0 { json.field("period", "PT\(batch.periods[event])S") }
    if batch.flags[event].contains(.exercise) { json.field("exercise", flag: true) }
    for field in batch.fields(event) { appendField(batch, field, to: &json) }
    for field in batch.restricted where Int(field.event) == event { json.field(field.name, field.value) }
    return json
}

/// A reading has a subject. Reports of older journals are not marked; what looks like one in every respect is one to rules, too.
private func isReport(_ batch: EventBatch, _ event: Int) -> Bool {
    if batch.flags[event].contains(.report) || batch.text(batch.subjects[event]) == nil { return true }
    let reading = batch.readings(event).lowerBound
    return batch.text(batch.types[event]) == "report" && batch.text(batch.units[reading]) == nil
        && batch.text(batch.areas[event]) != nil && batch.values[reading] >= 0
}

/// A report's one reading, under the names by which reports are sent.
private func appendReport(_ batch: EventBatch, _ reading: Int, to json: inout JSONObjectWriter) {
    if let category = batch.text(batch.metrics[reading]) { json.field("category", category) }
    json.field("count", number: batch.values[reading])
    appendUnit(batch, reading, to: &json)
}

private func appendReading(_ batch: EventBatch, _ reading: Int, to json: inout JSONObjectWriter) {
    if let metric = batch.text(batch.metrics[reading]) { json.field("metric", metric) }
    json.field("value", number: batch.values[reading])
    appendUnit(batch, reading, to: &json)
}

private func appendUnit(_ batch: EventBatch, _ reading: Int, to json: inout JSONObjectWriter) {
    if let unit = batch.text(batch.units[reading]) { json.field("unit", unit) }
    if let quality = batch.text(batch.qualities[reading]) { json.field("quality", quality) }
}

private func appendField(_ batch: EventBatch, _ field: Int, to json: inout JSONObjectWriter) {
    guard let name = batch.text(batch.fieldNames[field]) else { return }
    let value = batch.fieldValues[field]
    switch value.kind {
    case .null: json.field(name, number: .nan)
    case .double: json.field(name, number: value.double)
    case .int: json.field(name, integer: value.int)
    case .bool: json.field(name, flag: value.bool)
    case .string: json.field(name, batch.strings.string(value.string))
    }
}
