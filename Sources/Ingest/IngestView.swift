import Events

/// What Ingest knows of the catalogue, the rules and the registry: immutable, swapped whole at a reload.
public final class IngestView: Sendable {
    /// A subject of the registry and where it stands.
    public struct Subject: Sendable {
        public var id: String
        public var area: AreaCode?

        public init(id: String, area: AreaCode? = nil) {
            self.id = id
            self.area = area
        }
    }

    /// A (type, metric) that at least one rule reads.
    public struct Reading: Hashable, Sendable {
        public var type: String
        public var metric: String

        public init(type: String, metric: String) {
            self.type = type
            self.metric = metric
        }
    }

    /// What decides about most readings of a listed metric, without a count of references.
    struct Usual: BitwiseCopyable {
        /// Canonical.
        var unit: Text
        var least: Double
        var greatest: Double
        var hasSentinels: Bool
    }

    let catalogue: [Metric]
    /// A number below `catalogue.count` is the catalogue's; further ones are named by rules only.
    let metrics: StringTable
    let types: StringTable
    /// Row metric, column type.
    let read: [Bool]
    let subjects: StringTable
    let areas: [AreaCode?]
    /// The canonical units at fixed addresses, each with room to load whole words; written once in `init`.
    private nonisolated(unsafe) let unitMemory: UnsafeMutableRawBufferPointer
    /// By number; their units lie in `unitMemory`.
    nonisolated(unsafe) let usual: [Usual]

    /// A metric or subject that comes twice counts once, the first.
    public init(metrics catalogue: [Metric] = [], read: [Reading] = [], subjects: [Subject] = []) {
        var metrics = StringTable(minimumBuckets: catalogue.count * 2)
        var types = StringTable()
        var kept: [Metric] = []
        for metric in catalogue where Int(metrics.intern(metric.name)) == kept.count { kept.append(metric) }
        let pairs = read.map { (type: types.intern($0.type), metric: metrics.intern($0.metric)) }
        var table = [Bool](repeating: false, count: metrics.count * max(types.count, 1))
        for pair in pairs { table[Int(pair.metric) * types.count + Int(pair.type)] = true }
        var names = StringTable(minimumBuckets: subjects.count * 2)
        var areas: [AreaCode?] = []
        for subject in subjects where Int(names.intern(subject.id)) == areas.count { areas.append(subject.area) }
        var units: [UInt8] = []
        var starts: [Int] = []
        for metric in kept {
            starts.append(units.count)
            units += Array(metric.unit.utf8) + [UInt8](repeating: 0, count: 16)
        }
        unitMemory = .allocate(byteCount: max(units.count, 16), alignment: 8)
        unitMemory.copyBytes(from: units)
        self.catalogue = kept
        self.metrics = metrics
        self.types = types
        self.read = table
        self.subjects = names
        self.areas = areas
        let memory = UnsafeRawPointer(unitMemory.baseAddress!)
        let finite = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        usual = zip(kept, starts).map { metric, start in
            let plausible = metric.plausible ?? finite
            return Usual(
                unit: Text(start: memory + start, count: metric.unit.utf8.count), least: plausible.lowerBound,
                greatest: plausible.upperBound, hasSentinels: !metric.sentinels.isEmpty)
        }
    }

    deinit { unitMemory.deallocate() }

    /// The units that a metric of the catalogue takes, by its name.
    func units(of metric: some StringProtocol) -> [String]? {
        guard let number = metrics.find(String(metric)), Int(number) < catalogue.count else { return nil }
        return [catalogue[Int(number)].unit] + catalogue[Int(number)].conversions.map(\.unit)
    }

    /// Whether a rule reads this metric of this type, by their numbers or -1.
    func reads(type: Int32, metric: Int32) -> Bool {
        guard type >= 0, metric >= 0 else { return false }
        return read[Int(metric) * types.count + Int(type)]
    }

    /// The nearest metric that a rule reads, at most a third of its letters away; for a note.
    func suggestion(for name: String) -> String? {
        var best: (name: String, distance: Int)?
        for number in 0..<Int32(metrics.count) {
            guard types.count > 0, (0..<types.count).contains(where: { read[Int(number) * types.count + $0] }) else {
                continue
            }
            let candidate = metrics.string(number)
            let distance = editDistance(Array(candidate.utf8), Array(name.utf8.prefix(Limits.stringBytes)))
            if distance > 0, distance * 3 <= candidate.utf8.count, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }
}

/// Levenshtein distance in bytes.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = next
        }
    }
    return row[b.count]
}
