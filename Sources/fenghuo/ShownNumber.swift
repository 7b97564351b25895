import Foundation

/// Numbers as people read them.
enum ShownNumber {
    /// Whole numbers without a fraction, others with six digits, and as many before the point as there are.
    static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return abs(value) >= 1e5 && abs(value) < 1e15 ? String(format: "%.1f", value) : String(format: "%.6g", value)
    }
}
