/// The tape of the document that was parsed last, walked by raw pointers; it holds until its parser parses again.
///
/// It is simdjson's: a string is one word, a number two, a container's first word holds the index after its end.
struct JSONTape {
    enum Kind: UInt8 {
        case array = 0x5B
        case object = 0x7B
        case string = 0x22
        case int = 0x6C
        case uint = 0x75
        case double = 0x64
        case `true` = 0x74
        case `false` = 0x66
        case null = 0x6E
        /// Closing brackets and the root's words: never a value.
        case other = 0
    }

    /// The tape index of a document's value.
    static let root = 1

    var words: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?

    @inline(__always) func word(_ index: Int) -> UInt64 { words.unsafelyUnwrapped[index] }

    @inline(__always) func kind(_ index: Int) -> Kind {
        Kind(rawValue: UInt8(truncatingIfNeeded: word(index) >> 56)) ?? .other
    }

    /// The index of a container's closing bracket.
    @inline(__always) func end(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: word(index))) - 1 }

    /// The index of the value after this one.
    @inline(__always) func after(_ index: Int) -> Int {
        switch kind(index) {
        case .array, .object: end(index) + 1
        case .int, .uint, .double: index + 2
        case .string, .true, .false, .null, .other: index + 1
        }
    }

    @inline(__always) func text(_ index: Int) -> Text {
        let start = UnsafeRawPointer(strings.unsafelyUnwrapped) + Int(word(index) & 0x00FF_FFFF_FFFF_FFFF)
        return Text(start: start + 4, count: Int(start.loadUnaligned(as: UInt32.self)))
    }

    /// A number of any kind as a double, or nil where the value is none.
    @inline(__always) func number(_ index: Int) -> Double? {
        switch kind(index) {
        case .double: Double(bitPattern: word(index + 1))
        case .int: Double(Int64(bitPattern: word(index + 1)))
        case .uint: Double(word(index + 1))
        case .array, .object, .string, .true, .false, .null, .other: nil
        }
    }
}
