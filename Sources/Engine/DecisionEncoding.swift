import Events

extension Decision {
    /// The canonical bytes that a replay is compared by.
    public var encoded: [UInt8] {
        var out = ByteWriter()
        for value in [id, episode] {
            out.put(value.position)
            out.put(value.ordinal)
        }
        for text in [rule, ruleVersion, key, subject, area, valueName, source, eventID] { out.put(text) }
        for byte in [about.rawValue, transition.rawValue, reason.rawValue, compare.rawValue] { out.put(byte) }
        for value in [level, previous, peak] { out.put(value?.rawValue ?? 0) }
        for number in [score, longitude, latitude, value, threshold] { out.put(number) }
        for moment in [startedAt, at, decidedAt] { out.put(moment) }
        out.put(eventPosition)
        out.put(exercise)
        out.put(withheld.rawValue)
        out.put(revision)
        out.put(actor)
        out.put(note)
        out.put(escalateTo) { $0.put($1) }
        return out.bytes
    }
}
