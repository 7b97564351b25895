/// How strictly a source is read.
public enum Mode: Sendable {
    /// The specification and its conformance tests, nothing more.
    case conformance
    /// For rule files: a whole-number literal beside a double is a double, and `has(name)` asks whether a slot is set.
    case rules
}
