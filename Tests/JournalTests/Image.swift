import Events

@testable import Journal

/// An entry with nothing left out, comparable: doubles as bits.
func image(_ entry: JournalEntry) -> String {
    switch entry {
    case .events(let batch): image(batch)
    case .tick: "tick"
    case .started(let deaf): "started \(deaf.microseconds)"
    case .ruleSet(let bytes): "ruleSet \(bytes)"
    case .registry(let bytes): "registry \(bytes)"
    case .departments(let bytes): "departments \(bytes)"
    case .request(let bytes): "request \(bytes)"
    }
}

func image(_ batch: EventBatch) -> String {
    """
    ids \(batch.ids.bytes) \(batch.ids.ends)
    times \(batch.times.map(\.microseconds)) periods \(batch.periods)
    types \(batch.types) sources \(batch.sources) subjects \(batch.subjects) areas \(batch.areas)
    longitudes \(batch.longitudes.map(\.bitPattern)) latitudes \(batch.latitudes.map(\.bitPattern))
    flags \(batch.flags.map(\.rawValue)) readings \(batch.readingEnds) fields \(batch.fieldEnds)
    metrics \(batch.metrics) values \(batch.values.map(\.bitPattern)) units \(batch.units) qualities \(batch.qualities)
    names \(batch.fieldNames) fields \(batch.fieldValues.map { "\($0.kind) \($0.bits)" })
    strings \(batch.strings.bytes) \(batch.strings.ends)
    restricted \(batch.restricted) marks \(batch.marks)
    """
}
