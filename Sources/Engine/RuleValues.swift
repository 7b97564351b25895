/// The values of one rule for one reading, without an array: a ladder has four levels and so at most four values.
struct RuleValues: BitwiseCopyable {
    static let maximum = 8
    private var storage: (Double, Double, Double, Double, Double, Double, Double, Double) = (
        .nan, .nan, .nan, .nan, .nan, .nan, .nan, .nan
    )
    private(set) var count = 0

    mutating func append(_ value: Double) {
        precondition(count < Self.maximum, "a rule has at most 8 values")
        withUnsafeMutableBytes(of: &storage) { $0.bindMemory(to: Double.self)[count] = value }
        count += 1
    }

    subscript(index: Int) -> Double {
        precondition(index >= 0 && index < count, "value out of range")
        return withUnsafeBytes(of: storage) { $0.bindMemory(to: Double.self)[index] }
    }
}
