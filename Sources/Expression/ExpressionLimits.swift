/// Every bound of this target, with its unit and reason.
public enum ExpressionLimits {
    /// UTF-8 bytes of one source; a rule's expression is a line or a paragraph.
    public static let sourceBytes = 32_768
    /// Levels of nesting in source and tree; keeps recursion within a small thread stack.
    public static let depth = 100
    /// Nodes of one program; what a full-length source can hold without nonsense.
    public static let nodes = 10_000
    /// Errors reported for one source; more only repeats the first ones.
    public static let errors = 20
    /// Declared names of an environment; slots are numbered in 16 bits' worth.
    public static let declarations = 4_096
    /// Steps one evaluation may take unless the caller gives another number; a few milliseconds of work.
    public static let cost = 100_000
    /// Instructions of one compiled pattern; matching costs at most this times the text's length.
    public static let patternInstructions = 2_000
    /// Largest count in a pattern's `{n,m}`.
    public static let patternRepeat = 1_000
    /// Digits after the point in `%f` and `%e`; a double has no more than 1,074.
    public static let formatPrecision = 1_000
    /// Nesting of values that are compared or printed; values from outside may be deeper than any expression.
    public static let valueDepth = 200
    /// Bytes of an encoded program that decoding looks at.
    public static let encodedBytes = 4_194_304
}
