/// Input that cannot be read on: which file, which line, what is wrong with it.
public struct InputFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public var path: String
    /// From 1; 0 where it is about the file.
    public var line: Int
    public var reason: String

    public init(path: String, line: Int = 0, reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    public var description: String { line > 0 ? "\(path):\(line): \(reason)" : "\(path): \(reason)" }
}
