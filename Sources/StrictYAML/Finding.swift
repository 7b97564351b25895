/// One thing that is wrong, or doubtful, in a file that people edit: where, what, and what to write instead.
public struct Finding: Equatable, Sendable {
    public enum Severity: String, Sendable, CaseIterable {
        case error, warning
    }

    /// As the user named it, or relative to the directory that was read.
    public var path: String
    /// From 1; 0 where the finding is about the file or directory as a whole.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// How many scalars the carets underline; at least 1.
    public var width: Int
    public var severity: Severity
    /// Stable; documented in docs/rule-errors.md.
    public var code: String
    public var message: String
    /// One suggested fix.
    public var suggestion: String?
    /// The line itself, for display.
    public var sourceLine: String

    public init(
        path: String, line: Int = 0, column: Int = 0, width: Int = 1, severity: Severity = .error, code: String,
        message: String, suggestion: String? = nil, sourceLine: String = ""
    ) {
        self.path = path
        self.line = line
        self.column = column
        self.width = max(1, width)
        self.severity = severity
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.sourceLine = sourceLine
    }

    /// `file:line:col: error[code]: message`, the line, carets under the place, and `help:`; ends with a newline.
    public var rendered: String {
        let place = line > 0 ? "\(path):\(line):\(column)" : path
        var out = "\(place): \(severity.rawValue)[\(code)]: \(message)\n"
        if line > 0 {
            let number = String(line)
            let gutter = String(repeating: " ", count: number.count)
            out += " \(number) | \(sourceLine)\n \(gutter) | \(caretLine)\n"
        }
        if let suggestion { out += "help: \(suggestion)\n" }
        return out
    }

    /// Blanks as wide as the text before the place, then carets as wide as the place.
    private var caretLine: String {
        let scalars = Array(sourceLine.unicodeScalars)
        let start = min(max(0, column - 1), scalars.count)
        let end = min(start + width, scalars.count)
        var out = ""
        for scalar in scalars[..<start] {
            out += scalar == "\t" ? "\t" : String(repeating: " ", count: displayWidth(scalar))
        }
        let carets = scalars[start..<end].reduce(0) { $0 + displayWidth($1) }
        return out + String(repeating: "^", count: max(1, carets))
    }
}

/// Terminal columns of a scalar: East Asian wide characters take two.
func displayWidth(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
        2
    default: 1
    }
}

/// Terminal columns of a text.
public func displayWidth(of text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + displayWidth($1) } }
