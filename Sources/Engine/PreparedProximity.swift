import Events

/// A proximity rule with its inputs told apart.
final class PreparedProximity: Sendable {
    let measure: Rule.Proximity.Measure
    let metres: Double
    let during: TimeSpan
    /// The input whose events are counted; −1 where registered hazards are.
    let counted: Int32
    /// Which of them.
    let countedWhere: Formula?
    /// Whether an event that is counted is judged as well.
    let sharesWhere: Bool
    let grade: UInt8
    let capacity: Int

    init(_ proximity: Rule.Proximity, of rule: Rule) {
        precondition(proximity.isSound, "proximity is checked before it is prepared")
        measure = proximity.measure
        metres = proximity.within
        during = proximity.during
        let input = proximity.of?.input ?? rule.input
        counted = proximity.measure == .subjects ? (input == rule.input ? 0 : 1) : -1
        countedWhere = proximity.of == nil ? rule.condition : proximity.of?.condition
        sharesWhere = proximity.of == nil || proximity.of?.condition == rule.condition
        grade = proximity.grade
        capacity = Int(proximity.maximumPoints)
    }

    /// The points that a rule begins with: none, or the registry's hazard sources.
    func points(_ registry: Registry) -> NearPoints {
        guard counted < 0 else { return NearPoints(within: metres, capacity: capacity) }
        let sources = registry.subjects.indices.filter { (1...grade).contains(registry.subjects[$0].grade) }
        var points = NearPoints(within: metres, capacity: max(1, sources.count))
        for index in sources {
            let subject = registry.subjects[index]
            guard let place = GeoPoint(longitude: subject.longitude, latitude: subject.latitude) else { continue }
            _ = points.add(.init(place: place, time: .distantPast, identity: Int64(index), isExercise: false))
        }
        return points
    }
}
