import Events

/// How far forwarding has come: a decision, and the row of the journal that caused it, by which the journal is known again.
struct ForwardPlace: Equatable {
    var id: DecisionID
    /// Hash of the row that holds the decision's position; nil where the spool is of a version that did not keep it.
    var row: String?

    init(_ id: DecisionID, row: String?) { (self.id, self.row) = (id, row) }

    /// `88213.0 5f2c…`
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard (1...2).contains(parts.count), let id = DecisionID(parts[0]) else { return nil }
        self.init(id, row: parts.count == 2 ? String(parts[1]) : nil)
    }

    var text: String { row.map { "\(id.text) \($0)" } ?? id.text }
}
