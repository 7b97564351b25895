import Events

/// The canonical, versioned bytes of a registry.
extension Registry {
    /// 2: grade, population, place, owner, further columns.
    static let encodingVersion: UInt16 = 2

    public func encoded() -> [UInt8] {
        var out = ByteWriter()
        out.put(Self.encodingVersion)
        out.put(subjects) { writer, subject in
            for text in [subject.id, subject.name.zh, subject.name.en, subject.area, subject.unit] { writer.put(text) }
            writer.put(subject.longitude)
            writer.put(subject.latitude)
            writer.put(subject.limits) { writer, limit in
                writer.put(limit.name)
                writer.put(limit.value)
            }
            writer.put(subject.grade)
            writer.put(subject.population)
            writer.put(subject.place)
            writer.put(subject.owner)
            writer.put(subject.columns) { writer, column in
                writer.put(column.name)
                writer.put(column.text)
            }
        }
        out.put(areas) { writer, area in
            for text in [area.code, area.name.zh, area.name.en] { writer.put(text) }
            writer.put(area.population)
        }
        return out.bytes
    }

    public init(decoding bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        guard try reader.get(UInt16.self) == Self.encodingVersion else {
            throw .invalid(what: "registry encoding version", at: 0)
        }
        let subjects = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            let id = try r.getString()
            let name = Rule.Bilingual(zh: try r.getString(), en: try r.getString())
            let (area, unit) = (try r.getString(), try r.getString())
            let (longitude, latitude) = (try r.getDouble(), try r.getDouble())
            let limits = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
                Limit(name: try r.getString(), value: try r.getDouble())
            }
            let (grade, population) = (try r.get(UInt8.self), try r.get(Int64.self))
            guard grade <= 4, Self.populations.contains(population) else { throw .invalid(what: id, at: r.offset) }
            let (place, owner) = (try r.getString(), try r.getString())
            let columns = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
                Column(name: try r.getString(), text: try r.getString())
            }
            return Subject(
                id: id, name: name, area: area, longitude: longitude, latitude: latitude, unit: unit, limits: limits,
                grade: grade, population: population, place: place, owner: owner, columns: columns)
        }
        let areas = try reader.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            let code = try r.getString()
            let name = Rule.Bilingual(zh: try r.getString(), en: try r.getString())
            let population = try r.get(Int64.self)
            guard Self.populations.contains(population) else { throw .invalid(what: code, at: r.offset) }
            return Area(code: code, name: name, population: population)
        }
        guard reader.remaining == 0 else { throw .invalid(what: "registry", at: reader.offset) }
        self.init(subjects: subjects, areas: areas)
    }
}
