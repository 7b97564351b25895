import Foundation
import StrictYAML

/// A finding as machines read it: `file`, `line`, `col`, `severity`, `code`, `message`, `help`.
public struct FindingRow: Codable, Equatable, Sendable {
    public var file: String
    /// From 1; 0 where the finding is about the file as a whole.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var col: Int
    public var severity: String
    public var code: String
    public var message: String
    public var help: String?

    public init(_ finding: Finding) {
        file = finding.path
        line = finding.line
        col = finding.column
        severity = finding.severity.rawValue
        code = finding.code
        message = finding.message
        help = finding.suggestion
    }
}
