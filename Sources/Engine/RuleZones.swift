import CivilTime
import Events

extension Rule {
    /// Zones by name that the rule needs a table of, ascending, each once: its calendar's, and those that expressions name.
    public var zoneNames: [String] {
        let names = formulas.flatMap(\.zoneNames) + (active.map { [$0.zone] } ?? [])
        return names.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// Everything that is computed from an event.
    private var formulas: [Formula] {
        let values = self.values.flatMap { value -> [Formula?] in
            switch value.kind {
            case .reading: []
            case .formula(let formula): [formula]
            case .window(let window): [window.of]
            }
        }
        let steps: [Step?] =
            switch kind {
            case .value, .absence, .index: []
            case .sequence(let pattern): pattern.steps + [pattern.clear]
            case .proximity(let proximity): [proximity.of]
            }
        return ([condition] + values + steps.map { $0?.condition }).compactMap { $0 }
    }
}
