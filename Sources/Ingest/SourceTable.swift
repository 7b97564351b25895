import Events

/// The sources of all departments by number, each with its counters; bounded by `Limits.sources` a department.
struct SourceTable {
    struct Source {
        var department: String
        var name: String
        var seeds: Identity.Seeds
        var subjects = 0
        var accepted: UInt64 = 0
        var duplicates: UInt64 = 0
        var rejected: UInt64 = 0
        /// Readings accepted that no rule reads.
        var unread: UInt64 = 0
        var newestEvent = Timestamp.distantPast
        var lastReceived = Timestamp.distantPast

        /// Counts an event; one without a time tells nothing about the source's clock.
        @inline(__always) mutating func accept(_ time: Timestamp?, at now: Timestamp) {
            accepted += 1
            lastReceived = now
            if let time, time > newestEvent { newestEvent = time }
        }
    }

    var sources: [Source] = []
    /// `department NUL source`.
    private var keys = StringTable()
    private var perDepartment: [String: Int] = [:]
    private var key: [UInt8] = []
    /// Of the last department's sources.
    private var cache = TextCache()
    private var lastDepartment: ObjectIdentifier?

    /// The number of a source, new or known; refused where the department has too many or it is not among its prefixes.
    mutating func find(_ source: Text, _ department: DepartmentTexts) throws(IngestCode) -> Int {
        if lastDepartment != ObjectIdentifier(department) {
            cache.removeAll()
            lastDepartment = ObjectIdentifier(department)
        }
        if let number = cache.find(source) { return Int(number) }
        let number = try look(source, department)
        cache.remember(source, Int32(number))
        return number
    }

    /// The same without the cache, for a string that has no readable bytes after it.
    mutating func look(_ source: Text, _ department: DepartmentTexts) throws(IngestCode) -> Int {
        if let number = known(source, department) { return number }
        return try add(source, department.record)
    }

    /// The number of a known source, or nil.
    mutating func known(_ source: Text, _ department: DepartmentTexts) -> Int? {
        guard !source.isAbsent else { return nil }
        fill(source, department)
        return key.withUnsafeBytes { keys.find($0) }.map { Int($0) }
    }

    private mutating func fill(_ source: Text, _ department: DepartmentTexts) {
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: department.record.id.utf8)
        key.append(0)
        key.append(contentsOf: source.bytes)
    }

    private mutating func add(_ source: Text, _ department: Department) throws(IngestCode) -> Int {
        let name = source.string
        guard
            department.sourcePrefixes.isEmpty
                || department.sourcePrefixes.contains(where: { name.utf8.starts(with: $0.utf8) })
        else { throw .sourceNotAllowed }
        guard perDepartment[department.id, default: 0] < Limits.sources else { throw .tooManySources }
        perDepartment[department.id, default: 0] += 1
        let number = key.withUnsafeBytes { keys.intern($0) }
        precondition(Int(number) == sources.count)
        var id = department.id
        let seeds = id.withUTF8 {
            Identity.Seeds(department: UnsafeRawBufferPointer($0), source: source.bytes)
        }
        sources.append(Source(department: department.id, name: name, seeds: seeds))
        return Int(number)
    }
}
