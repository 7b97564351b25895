import Events

extension Decision {
    /// Reads what `encoded` wrote; a shortfall, an impossible value or a rest is an error.
    public init(decoding bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        id = try Self.identity(&reader)
        episode = try Self.identity(&reader)
        rule = try reader.getString()
        ruleVersion = try reader.getString()
        key = try reader.getString()
        subject = try reader.getString()
        area = try reader.getString()
        valueName = try reader.getString()
        source = try reader.getString()
        eventID = try reader.getString()
        about = try reader.getCase(About.self)
        transition = try reader.getCase(Transition.self)
        reason = try reader.getCase(Reason.self)
        compare = try reader.getCase(Rule.Comparison.self)
        level = try Self.optionalLevel(&reader)
        previous = try Self.optionalLevel(&reader)
        peak = try reader.getCase(Level.self)
        score = try reader.getDouble()
        longitude = try reader.getDouble()
        latitude = try reader.getDouble()
        value = try reader.getDouble()
        threshold = try reader.getDouble()
        startedAt = try reader.getTimestamp()
        at = try reader.getTimestamp()
        decidedAt = try reader.getTimestamp()
        eventPosition = try reader.get(Int64.self)
        exercise = try reader.getBool()
        guard reader.remaining > 1 else {
            // As stores written before decisions could be withheld hold it.
            withheld = try reader.getBool() ? .sandbox : .none
            (revision, actor, note, escalateTo) = (0, "", "", [])
            return
        }
        withheld = try reader.getCase(Withheld.self)
        revision = try reader.get(Int32.self)
        actor = try reader.getString()
        note = try reader.getString()
        escalateTo = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        guard reader.remaining == 0 else { throw .invalid(what: "rest", at: reader.offset) }
    }

    private static func identity(_ reader: inout ByteReader) throws(ByteReader.Failure) -> DecisionID {
        let position = try reader.get(Int64.self)
        return DecisionID(position: position, ordinal: try reader.get(Int32.self))
    }

    private static func optionalLevel(_ reader: inout ByteReader) throws(ByteReader.Failure) -> Level? {
        let raw = try reader.get(UInt8.self)
        guard raw != 0 else { return nil }
        guard let level = Level(rawValue: raw) else { throw .invalid(what: "Level \(raw)", at: reader.offset - 1) }
        return level
    }
}
