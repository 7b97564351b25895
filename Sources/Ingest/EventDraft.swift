import Events

/// One event as decoded, by addresses into the tape: nothing of it is in a batch before it is accepted.
struct EventDraft: ~Copyable {
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
    var readings = FixedList<Reading>(capacity: Limits.readings)
    var fields = FixedList<Field>(capacity: Limits.fields)
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
        readings.removeAll()
        fields.removeAll()
        if !restricted.isEmpty { restricted.removeAll(keepingCapacity: true) }
        clockFastSeconds = 0
        implausibleValue = nil
    }

    @inline(__always) func has(_ key: EventKey) -> Bool { seen & ~absent & key.bit != 0 }
}
