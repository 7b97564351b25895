import Events

/// What the registry says is exposed in each of the smallest areas of an index; a larger area has the worst inside it.
struct Exposures: Sendable {
    struct Row: Sendable, Equatable {
        /// Digits that every code inside begins with.
        var area: String
        /// 0 where unknown.
        var population: Int64 = 0
        /// The worst hazard source, 0 for none.
        var grade: UInt8 = 0
    }

    /// Ascending by area, each once.
    let rows: [Row]
    /// Whether anybody has graded anything: without a grade in the whole registry, none is known.
    let knowsGrades: Bool

    init(_ registry: Registry, digits: Int) {
        var all: [(row: Row, isInhabitants: Bool)] = []
        for area in registry.areas {
            let code = areaDigits(area.code)
            if code.utf8.count == digits { all.append((Row(area: code, population: area.population), true)) }
        }
        for subject in registry.subjects {
            let code = String(areaDigits(subject.area).prefix(digits))
            guard !code.isEmpty else { continue }
            // People of a subject whose street is not known are in no street.
            let people = code.utf8.count == digits ? subject.population : 0
            all.append((Row(area: code, population: people, grade: subject.grade), false))
        }
        // Inhabitants first: where they are known they stand for the people of the area's subjects.
        all.sort { ($0.row.area, $0.isInhabitants ? 0 : 1) < ($1.row.area, $1.isInhabitants ? 0 : 1) }
        var rows: [Row] = []
        var hasInhabitants = false
        for (row, isInhabitants) in all {
            guard let last = rows.indices.last, rows[last].area == row.area else {
                rows.append(row)
                hasInhabitants = isInhabitants && row.population > 0
                continue
            }
            if !hasInhabitants {
                rows[last].population = min(
                    rows[last].population + row.population, Registry.populations.upperBound)
            }
            if row.grade > 0 { rows[last].grade = rows[last].grade == 0 ? row.grade : min(rows[last].grade, row.grade) }
        }
        self.rows = rows
        knowsGrades = registry.subjects.contains { $0.grade > 0 }
    }

    /// 0…100, NaN where the registry does not say.
    func score(_ source: Rule.Composite.Source, in area: String) -> Double {
        let inside = rows[first(area)...].prefix { $0.area.hasPrefix(area) }
        switch source {
        case .rule: return .nan
        case .population(let full):
            guard let most = inside.map(\.population).max(), most > 0 else { return .nan }
            return min(100, 100 * Double(most) / Double(full))
        case .grade:
            guard knowsGrades else { return .nan }
            return inside.lazy.filter { $0.grade > 0 }.map { Double(5 - $0.grade) * 25 }.max() ?? 0
        }
    }

    private func first(_ area: String) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].area < area { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The digits of a code that count, cut where zeros mean "the whole of it"; 2 and 4 digits stand for themselves.
func areaDigits(_ code: String) -> String {
    if let area = AreaCode(code) { return area.prefix }
    return [2, 4].contains(code.utf8.count) && code.utf8.allSatisfy { $0 &- 48 <= 9 } ? code : ""
}
