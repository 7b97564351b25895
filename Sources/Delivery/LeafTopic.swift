import AlertStore
import Events

extension Leaf {
    /// Reads any of a leaf's topics; nil where the text is none.
    init?(topic: String) {
        var tokens = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let exercise = tokens.first == "exercise"
        if exercise { tokens.removeFirst() }
        guard tokens.count == 6, tokens[5].isEmpty else { return nil }
        let (domain, level, area): (String, String, String)
        switch tokens[1] {
        case "domain": (domain, level, area) = (tokens[2], tokens[3], tokens[4])
        case "area": (area, level, domain) = (tokens[2], tokens[3], tokens[4])
        case "level": (level, domain, area) = (tokens[2], tokens[3], tokens[4])
        default: return nil
        }
        guard let level = Level(name: level) else { return nil }
        self.init(kind: tokens[0], exercise: exercise, domain: domain, level: level, area: area)
    }

    /// One name for the leaf, whichever topic it came under.
    var name: String { topics[0] }
}
