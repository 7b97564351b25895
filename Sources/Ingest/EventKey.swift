/// The keys of an event that the decoder knows, found by their bytes.
enum EventKey: UInt8, CaseIterable {
    // CloudEvents attributes, known at the top level only.
    case id, source, type, subject, time, specversion, datacontenttype, data
    case dataBase64
    // What `journal export` adds: not of the event, and not kept when it is sent again.
    case exportPosition, exportReceived, exportDepartment, exportRestricted
    // Known at the top level and in `data`.
    case metric, value, unit, quality, area, lon, lat, crs, period, category, count, exercise, corrects, via, readings
    case text, reporter
    case reporterName, reporterPhone, contact, phone
    case other

    var name: StaticString {
        switch self {
        case .id: "id"
        case .source: "source"
        case .type: "type"
        case .subject: "subject"
        case .time: "time"
        case .specversion: "specversion"
        case .datacontenttype: "datacontenttype"
        case .data: "data"
        case .dataBase64: "data_base64"
        case .exportPosition: "fhposition"
        case .exportReceived: "fhreceived"
        case .exportDepartment: "fhdepartment"
        case .exportRestricted: "fhrestricted"
        case .metric: "metric"
        case .value: "value"
        case .unit: "unit"
        case .quality: "quality"
        case .area: "area"
        case .lon: "lon"
        case .lat: "lat"
        case .crs: "crs"
        case .period: "period"
        case .category: "category"
        case .count: "count"
        case .exercise: "exercise"
        case .corrects: "corrects"
        case .via: "via"
        case .readings: "readings"
        case .text: "text"
        case .reporter: "reporter"
        case .reporterName: "reporter_name"
        case .reporterPhone: "reporter_phone"
        case .contact: "contact"
        case .phone: "phone"
        case .other: ""
        }
    }

    /// Whether a body, as it is written, may name a field that is kept encrypted. Some that do not are taken for one that does: what holds
    /// such a word as a value, or an escape of a character below U+0100, which the names are made of.
    static func mayBeRestricted(_ body: UnsafeRawBufferPointer) -> Bool {
        let keys: [EventKey] = [.text, .reporter, .reporterName, .reporterPhone, .contact, .phone]
        let names = keys.map { Array("\($0.name)\"".utf8) }
        return body.indices.contains { at in
            let rest = body[(at + 1)...]
            switch body[at] {
            case UInt8(ascii: "\\"): return rest.starts(with: "u00".utf8)
            case UInt8(ascii: "\""): return names.contains { rest.starts(with: $0) }
            default: return false
            }
        }
    }

    @inline(__always) var isAttribute: Bool { rawValue <= Self.exportRestricted.rawValue }
    @inline(__always) var bit: UInt64 { 1 << UInt64(rawValue) }
}

/// An open-addressing table of the known keys: two words and a length decide, no byte loop.
final class EventKeyTable {
    private struct Slot {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var length = 0
        var key = EventKey.other
    }

    private static let size = 128
    private let slots: UnsafeMutablePointer<Slot>
    private let numbered: UnsafeMutablePointer<EventKey>

    init() {
        numbered = .allocate(capacity: EventKey.allCases.count)
        for key in EventKey.allCases { (numbered + Int(key.rawValue)).initialize(to: key) }
        slots = .allocate(capacity: Self.size)
        slots.initialize(repeating: Slot(), count: Self.size)
        for key in EventKey.allCases where key != .other {
            precondition(key.name.utf8CodeUnitCount <= 16)
            var padded = [UInt8](repeating: 0, count: 32)
            for index in 0..<key.name.utf8CodeUnitCount { padded[index] = key.name.utf8Start[index] }
            padded.withUnsafeBytes { bytes in
                let text = Text(start: bytes.baseAddress, count: key.name.utf8CodeUnitCount)
                var at = Self.slot(text.word(0), text.count)
                while slots[at].length != 0 { at = (at + 1) & (Self.size - 1) }
                slots[at] = Slot(first: text.word(0), second: text.word(1), length: text.count, key: key)
            }
        }
    }

    deinit {
        slots.deallocate()
        numbered.deallocate()
    }

    @inline(__always) private static func slot(_ word: UInt64, _ length: Int) -> Int {
        Int(truncatingIfNeeded: ((word &+ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15) >> 57)
    }

    @inline(__always) func find(_ text: Text) -> EventKey {
        text.count <= 16 ? find(text.word(0), text.word(1), text.count) : .other
    }

    /// The key of these bytes, zeros after the last.
    @inline(__always) func find(_ first: UInt64, _ second: UInt64, _ length: Int) -> EventKey {
        var at = Self.slot(first, length)
        while slots[at].length != 0 {
            if slots[at].first == first, slots[at].second == second, slots[at].length == length { return slots[at].key }
            at = (at &+ 1) & (Self.size - 1)
        }
        return .other
    }

    /// The key at a tape index.
    @inline(__always) func find(_ tape: JSONTape, _ index: Int) -> EventKey {
        let known = UInt8(truncatingIfNeeded: tape.word(index) >> JSONTape.keyShift)
        return known == 0 ? find(tape.text(index)) : numbered[Int(known &- 1)]
    }
}
