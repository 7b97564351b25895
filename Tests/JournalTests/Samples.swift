import Events
import TestSupport

@testable import Journal

/// Batches and entries that tests store.
enum Samples {
    /// Plausible readings: `count` events of a gas company, one a second.
    static func readings(_ count: Int, from first: Int = 0, restricted: Bool = false) -> EventBatch {
        var batch = EventBatch()
        let type = batch.strings.intern("reading")
        let source = batch.strings.intern("/gas/main")
        let unit = batch.strings.intern("%LEL")
        let metric = batch.strings.intern("gas.concentration")
        let area = batch.strings.intern("320205001002")
        for index in first..<(first + count) {
            var id = "e-\(index)"
            id.withUTF8 { batch.ids.append(UnsafeRawBufferPointer($0)) }
            batch.times.append(Timestamp(microseconds: 1_764_000_000_000_000 + Int64(index) * 1_000_000))
            batch.periods.append(0)
            batch.types.append(type)
            batch.sources.append(source)
            batch.subjects.append(batch.strings.intern("valve-\(index % 50)"))
            batch.areas.append(area)
            batch.longitudes.append(120.3 + Double(index % 50) / 1000)
            batch.latitudes.append(31.57)
            batch.flags.append([])
            batch.metrics.append(metric)
            batch.values.append(Double(index % 400) / 10)
            batch.units.append(unit)
            batch.qualities.append(EventBatch.absent)
            batch.readingEnds.append(UInt32(batch.values.count))
            batch.fieldEnds.append(0)
        }
        if restricted {
            batch.restricted = [RestrictedField(event: 0, name: "reporter", value: "王小明 13800000000")]
        }
        return batch
    }

    /// Anything that is consistent: every column at random, with NaN payloads, absent numbers and several readings.
    static func wild(_ count: Int, _ random: inout SeededGenerator) -> EventBatch {
        var batch = EventBatch()
        for index in 0..<Int.random(in: 1...20, using: &random) { _ = batch.strings.intern("s\(index)-警") }
        func number() -> Int32 { Int32.random(in: -1..<Int32(batch.strings.count), using: &random) }
        func bits() -> Double { Double(bitPattern: random.next() | (Bool.random(using: &random) ? 0x7FF8 << 48 : 0)) }
        for _ in 0..<count {
            let id = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            id.withUnsafeBytes { batch.ids.append($0) }
            batch.times.append(Timestamp(microseconds: Int64(bitPattern: random.next())))
            batch.periods.append(Int32(truncatingIfNeeded: random.next()))
            batch.types.append(number())
            batch.sources.append(number())
            batch.subjects.append(number())
            batch.areas.append(number())
            batch.longitudes.append(bits())
            batch.latitudes.append(bits())
            batch.flags.append(EventFlags(rawValue: UInt8.random(in: 0...255, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                batch.metrics.append(number())
                batch.values.append(bits())
                batch.units.append(number())
                batch.qualities.append(number())
            }
            batch.readingEnds.append(UInt32(batch.values.count))
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                batch.fieldNames.append(number())
                let kind = FieldValue.Kind(rawValue: UInt8.random(in: 0...4, using: &random))!
                let bits = kind == .string ? random.next() % UInt64(batch.strings.count) : random.next()
                batch.fieldValues.append(FieldValue(kind: kind, bits: bits))
            }
            batch.fieldEnds.append(UInt32(batch.fieldValues.count))
        }
        for index in 0..<Int.random(in: 0...3, using: &random) {
            batch.marks.append(StreamMark(stream: "流\(index)", epoch: random.next(), seq: random.next()))
        }
        return batch
    }

    static func settings(segmentBytes: Int64 = 256 << 20, segmentAge: TimeSpan = .days(1)) -> JournalSettings {
        JournalSettings(segmentBytes: segmentBytes, segmentAge: segmentAge, engineVersion: 7)
    }

    static func open(_ directory: TemporaryDirectory, _ settings: JournalSettings = settings()) throws -> Journal {
        try Journal(data: directory.path, settings: settings)
    }

    static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_764_000_000 + seconds) }

    static func pending(
        _ entry: JournalEntry = .tick, at seconds: Int64 = 0, from department: String = ""
    ) -> PendingEntry {
        PendingEntry(received: at(seconds), department: department, entry: entry)
    }

    static func all(_ directory: TemporaryDirectory, from: Int64 = 1, restricted: Bool = false) throws -> [StoredRecord]
    {
        var reader = try Journal.read(data: directory.path, from: from, openRestricted: restricted)
        var records: [StoredRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }
}
