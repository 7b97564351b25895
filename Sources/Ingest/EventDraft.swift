import Events

/// One event as decoded, by addresses into the tape: nothing of it is in a batch before it is accepted.
@dynamicMemberLookup struct EventDraft: ~Copyable {
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

    /// What an event has once.
    struct Parts: BitwiseCopyable {
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
        /// `clock_fast` and `implausible`, with what they say.
        var clockFastSeconds: Int64 = 0
        var implausibleValue: Double?
    }

    /// At a fixed address: a copy of all is one, and a part is stored by its offset.
    private let parts = UnsafeMutablePointer<Parts>.allocate(capacity: 1)
    var readings = FixedList<Reading>(capacity: Limits.readings)
    var fields = FixedList<Field>(capacity: Limits.fields)
    var restricted: [(name: Text, value: Text)] = []

    init() { parts.initialize(to: Parts()) }

    deinit { parts.deallocate() }

    /// The parts by their own names.
    @inline(__always) subscript<Part: BitwiseCopyable>(dynamicMember part: WritableKeyPath<Parts, Part>) -> Part {
        get { parts.pointee[keyPath: part] }
        set { parts.pointee[keyPath: part] = newValue }
    }

    /// Stores a part of this type at its offset.
    @inline(__always) mutating func setPart<Part: BitwiseCopyable>(_ offset: Int, _ part: Part) {
        UnsafeMutableRawPointer(parts).storeBytes(of: part, toByteOffset: offset, as: Part.self)
    }

    /// Whether its only reading is its category.
    var isReport: Bool { !self.category.isAbsent && !has(.metric) && !has(.readings) }

    /// Back to nothing, buffers kept.
    mutating func reset() {
        parts.pointee = Parts()
        readings.removeAll()
        fields.removeAll()
        if !restricted.isEmpty { restricted.removeAll(keepingCapacity: true) }
    }

    /// As another one that has neither readings nor restricted fields yet.
    mutating func set(_ other: borrowing EventDraft) {
        parts.update(from: other.parts, count: 1)
        readings.removeAll()
        fields.set(other.fields)
        if !restricted.isEmpty { restricted.removeAll(keepingCapacity: true) }
    }

    @inline(__always) func has(_ key: EventKey) -> Bool { self.seen & ~self.absent & key.bit != 0 }
}
