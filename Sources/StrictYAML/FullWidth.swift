/// Signs of a Chinese input method that stand where a file wants the ASCII one: `：` for `:`. They look alike and mean
/// nothing to YAML, numbers or expressions, so the place where one explains an error is told.
struct FullWidth: Equatable {
    var sign: Unicode.Scalar
    /// What to write instead.
    var ascii: Unicode.Scalar

    /// nil where the scalar is none of them.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{FF01}"..."\u{FF5E}": ascii = Unicode.Scalar(UInt8(scalar.value - 0xFEE0))
        case "\u{3000}": ascii = " "
        case "“", "”", "„": ascii = "\""
        case "‘", "’": ascii = "'"
        case "、": ascii = ","
        case "。": ascii = "."
        case "【": ascii = "["
        case "】": ascii = "]"
        default: return nil
        }
        sign = scalar
    }

    /// The first in a text, where nothing but ASCII stands before it: what follows Chinese characters is punctuation
    /// of a Chinese text.
    static func first(in text: some Sequence<Unicode.Scalar>) -> (offset: Int, sign: FullWidth)? {
        for (offset, scalar) in text.enumerated() where !scalar.isASCII {
            return FullWidth(scalar).map { (offset, $0) }
        }
        return nil
    }

    var description: String { "'\(sign)' is the full-width \(name)" }

    var advice: String {
        switch ascii {
        case " ": "write a space"
        case "\"", "'": "write \(ascii)"
        default: "write '\(ascii)'"
        }
    }

    private var name: String {
        switch ascii {
        case ":": "colon"
        case ",": "comma"
        case ";": "semicolon"
        case ".": "full stop"
        case "{", "}": "brace"
        case "[", "]": "bracket"
        case "(", ")": "parenthesis"
        case ">": "greater-than sign"
        case "<": "less-than sign"
        case "=": "equals sign"
        case "-": "hyphen"
        case "#": "number sign"
        case "%": "per cent sign"
        case "\"": "quotation mark"
        case "'": "apostrophe"
        case " ": "space"
        default: "form of '\(ascii)'"
        }
    }
}
