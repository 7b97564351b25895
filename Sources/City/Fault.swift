/// What sensors send instead of a measurement.
enum Fault {
    private static let marker = Int.min / 2

    /// A value that stands for −9999 or 7999 until it is written.
    static func value(_ chance: Int) -> Int { marker + (chance & 1) }

    static func sentinel(_ value: Int) -> Int? {
        switch value {
        case marker: -9999
        case marker + 1: 7999
        default: nil
        }
    }
}
