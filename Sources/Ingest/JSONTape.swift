/// The tape of the document that was parsed last, walked by raw pointers; it holds until its parser parses again.
///
/// It is simdjson's: a string is one word, a number two, a container's first word holds the index after its end.
struct JSONTape {
    /// The tag byte of a word: closing brackets and the root's words have others, and are never asked. A struct rather than an enum
    /// because it is read from the tape several times per event without a table of cases.
    struct Kind: Equatable, BitwiseCopyable {
        let tag: UInt8

        @inline(__always) init(_ tag: UInt8) { self.tag = tag }
        static var array: Kind { Kind(0x5B) }
        static var object: Kind { Kind(0x7B) }
        static var string: Kind { Kind(0x22) }
        static var int: Kind { Kind(0x6C) }
        static var uint: Kind { Kind(0x75) }
        static var double: Kind { Kind(0x64) }
        static var `true`: Kind { Kind(0x74) }
        static var `false`: Kind { Kind(0x66) }
        static var null: Kind { Kind(0x6E) }
    }

    /// The tape index of a document's value.
    static let root = 1
    /// Above its place among the strings a key has the number of its `EventKey`, and one: 0 where it was not looked up.
    static let keyShift: UInt64 = 48
    static let placeMask: UInt64 = 1 << keyShift - 1

    var words: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?
    /// Whether no string holds a control character.
    var isPlain = false

    @inline(__always) func word(_ index: Int) -> UInt64 { words.unsafelyUnwrapped[index] }

    @inline(__always) func kind(_ index: Int) -> Kind {
        Kind(UInt8(truncatingIfNeeded: word(index) >> 56))
    }

    /// The index of a container's closing bracket.
    @inline(__always) func end(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: word(index))) - 1 }

    /// The index of the value after this one.
    @inline(__always) func after(_ index: Int) -> Int {
        let kind = kind(index)
        if kind == .string { return index + 1 }
        if kind == .int || kind == .uint || kind == .double { return index + 2 }
        return kind == .array || kind == .object ? end(index) + 1 : index + 1
    }

    /// How many values lie between two indexes.
    func count(from first: Int, to end: Int) -> Int {
        var (at, count) = (first, 0)
        while at < end { (at, count) = (after(at), count + 1) }
        return count
    }

    @inline(__always) func text(_ index: Int) -> Text {
        let start = UnsafeRawPointer(strings.unsafelyUnwrapped) + Int(word(index) & Self.placeMask)
        return Text(start: start + 4, count: Int(start.loadUnaligned(as: UInt32.self)))
    }

    /// A number of any kind as a double, or nil where the value is none.
    @inline(__always) func number(_ index: Int) -> Double? {
        let kind = kind(index)
        if kind == .double { return Double(bitPattern: word(index + 1)) }
        if kind == .int { return Double(Int64(bitPattern: word(index + 1))) }
        return kind == .uint ? Double(word(index + 1)) : nil
    }
}
