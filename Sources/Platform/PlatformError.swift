/// Why the platform cannot start or go on: what, where, and what to do.
public enum PlatformError: Error, CustomStringConvertible, Sendable {
    /// A file of rules, registry, metrics or configuration; findings with file:line:col.
    case configuration(String)
    case start(String)
    /// Journal or store failed: nothing more was acknowledged.
    case stopped(String)

    public var description: String {
        switch self {
        case .configuration(let text), .start(let text), .stopped(let text): text
        }
    }
}
