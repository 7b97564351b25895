import Events

/// The kind of a row, as stored: numbers are for ever.
enum EntryKind: Int64 {
    case events = 1
    case tick = 2
    case started = 3
    case ruleSet = 4
    case registry = 5
    case departments = 6
    case request = 7

    init(_ entry: JournalEntry) {
        switch entry {
        case .events: self = .events
        case .tick: self = .tick
        case .started: self = .started
        case .ruleSet: self = .ruleSet
        case .registry: self = .registry
        case .departments: self = .departments
        case .request: self = .request
        }
    }
}
