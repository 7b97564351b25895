import Foundation

/// Numbers as people read them.
enum ShownNumber {
    /// Whole numbers without a fraction, others with six digits.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(format: "%.6g", value)
    }
}
