import Events

/// The made-up city: event number → subject, value and time, as NDJSON messages or as decoded batches.
///
/// Each subject reports one metric of sixteen every ten seconds of event time; about one reading in 5,000 is over
/// every threshold, one in 50 is marked suspect. The same number gives the same event on every run.
struct Load {
    let subjects: Int
    /// Time of event 0.
    let start: Timestamp
    /// From one event's subject to the next one's; one that shares no factor with `subjects`.
    var stride = 1

    /// Neighbours in time are far apart in memory: the most pages that a turn can touch.
    static var scattered: Load {
        Load(subjects: Bounds.snapshotSubjects, start: Timestamp(seconds: 1_790_000_000), stride: 7919)
    }

    func subject(_ event: Int) -> Int { event % subjects * stride % subjects }
    func metric(_ event: Int) -> Int { subject(event) % BenchRules.metrics }
    func source(_ event: Int) -> Int { subject(event) / BenchRules.metrics % 16 }
    func area(_ event: Int) -> Int { 320_206_001 + subject(event) % 7 }
    func time(_ event: Int) -> Timestamp {
        .init(microseconds: start.microseconds + Int64(event) * 10_000_000 / Int64(subjects))
    }

    private func noise(_ event: Int) -> UInt64 {
        var mixed = UInt64(event) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return mixed ^ (mixed >> 31)
    }

    func isSuspect(_ event: Int) -> Bool { noise(event) % 50 == 7 }

    /// In hundredths.
    func value(_ event: Int) -> Int {
        let noise = noise(event)
        return noise % 5000 == 0 ? 9000 : 2000 + Int(noise >> 20) % 1500
    }

    /// The messages of whole hundreds of events.
    func messages(_ range: Range<Int>) -> [[UInt8]] {
        range.map { message in
            let first = message * Bounds.messageEvents
            return (first..<first + Bounds.messageEvents).reduce(into: [UInt8]()) { bytes, event in
                if bytes.isEmpty { bytes.reserveCapacity(Bounds.messageEvents * 340) }
                bytes += line(event).utf8
            }
        }
    }

    private func line(_ event: Int) -> String {
        let value = value(event)
        return """
            {"specversion":"1.0","id":"e-\(event)","source":"/bench/gw-\(source(event))","type":"reading",\
            "subject":"\(subjectName(event))","time":"\(time(event).formatted())",\
            "data":{"metric":"\(BenchRules.metric(metric(event)))","value":\(value / 100).\(value % 100 / 10)\(value % 10),\
            "unit":"u","quality":"\(isSuspect(event) ? "suspect" : "good")","area":"\(area(event))",\
            "lon":120.2231,"lat":31.7076,"battery":87,"rssi":-71,"firmware":"4.2.1"}}

            """
    }

    private func subjectName(_ event: Int) -> String { "S-\(subject(event))" }
}

extension Load {
    /// The same events as Ingest would have decoded them.
    func batch(_ range: Range<Int>) -> EventBatch {
        var batch = EventBatch()
        for event in range { append(event, to: &batch) }
        precondition(batch.isConsistent)
        return batch
    }

    private func append(_ event: Int, to batch: inout EventBatch) {
        var id = "e-\(event)"
        id.withUTF8 { batch.ids.append(UnsafeRawBufferPointer($0)) }
        batch.times.append(time(event))
        batch.periods.append(0)
        batch.types.append(batch.strings.intern("reading"))
        batch.sources.append(batch.strings.intern("/bench/gw-\(source(event))"))
        batch.subjects.append(batch.strings.intern(subjectName(event)))
        batch.areas.append(batch.strings.intern("\(area(event))"))
        batch.longitudes.append(120.2231)
        batch.latitudes.append(31.7076)
        batch.flags.append(.sequenced)
        batch.metrics.append(batch.strings.intern(BenchRules.metric(metric(event))))
        batch.values.append(Double(value(event)) / 100)
        batch.units.append(batch.strings.intern("u"))
        batch.qualities.append(batch.strings.intern(isSuspect(event) ? "suspect" : "good"))
        batch.readingEnds.append(UInt32(batch.values.count))
        batch.fieldNames += [
            batch.strings.intern("battery"), batch.strings.intern("rssi"), batch.strings.intern("firmware"),
        ]
        batch.fieldValues += [.int(87), .int(-71), .string(batch.strings.intern("4.2.1"))]
        batch.fieldEnds.append(UInt32(batch.fieldValues.count))
    }
}
