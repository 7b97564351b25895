/// The results of repeated runs.
struct Samples {
    private var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    var median: Double { values.sorted()[values.count / 2] }
    var least: Double { values.min() ?? .nan }
    var greatest: Double { values.max() ?? .nan }
}
