import CSimdJSON

/// Parses what gateways send, documents of a few hundred bytes, in one pass onto a tape like simdjson's: strings without escapes, numbers
/// that need no rounding twice, few levels.
///
/// What is otherwise, and whatever is wrong, is left to simdjson: this decides nothing and is only faster.
struct PlainJSON: ~Copyable {
    private static let levels = 8
    /// Keys of a document that are expected where they came last; the entry behind them is never one.
    private static let shapeKeys = 64

    /// A bound on the memory of the tape.
    private let maximumBytes: Int
    private let words: UnsafeMutablePointer<UInt64>
    /// The known keys' names; then the document's strings, of which each takes five bytes beside its own, and three of the document.
    private let strings: UnsafeMutablePointer<UInt8>
    private let shape = UnsafeMutablePointer<ShapeKey>.allocate(capacity: shapeKeys + 1)
    private let keys = EventKeyTable()

    init(maximumBytes: Int = 64 << 10) {
        self.maximumBytes = maximumBytes
        words = .allocate(capacity: maximumBytes + 16)
        strings = .allocate(capacity: Self.shapeKeys * ShapeKey.room + 2 * maximumBytes + 64)
        shape.initialize(repeating: .none, count: Self.shapeKeys + 1)
    }

    deinit {
        words.deallocate()
        strings.deallocate()
        shape.deallocate()
    }

    /// Fills the tape, or leaves the document to simdjson; at least `JSONParser.padding` bytes after it are readable.
    func parse(_ start: UnsafePointer<UInt8>, count: Int, _ tape: inout JSONTape) -> Bool {
        guard count <= maximumBytes else { return false }
        var run = Run(
            at: start, end: start + count, words: words, strings: strings, shape: shape, keys: keys)
        guard run.document(levels: Self.levels) else { return false }
        tape = JSONTape(words: words, strings: strings, isPlain: true)
        return true
    }

    /// Three bytes from U+1000 on but surrogates, which 汉字 are.
    @inline(__always) static func isHan(_ at: UnsafePointer<UInt8>) -> Bool {
        at[0] >= 0xE1 && at[0] <= 0xEF && at[0] != 0xED && at[1] & 0xC0 == 0x80 && at[2] & 0xC0 == 0x80
    }

    /// A key with its quotes and colon as it came last at its place: gateways send event after event of one shape.
    fileprivate struct ShapeKey: BitwiseCopyable {
        /// Bytes of a name, so that with quotes and colon it fits two words; bytes that it takes among the strings.
        static let longest = 13
        static let room = 32

        /// Never in a document: with the mask it asks for a zero byte before the key.
        static var none: ShapeKey { ShapeKey(first: 0, second: 0, firstMask: .max, secondMask: 0, length: 0, word: 0) }

        var first, second, firstMask, secondMask: UInt64
        var length: Int
        /// Of the tape.
        var word: UInt64

        @inline(__always) func isHere(_ at: UnsafePointer<UInt8>) -> Bool {
            let here = UnsafeRawPointer(at)
            return (here.loadUnaligned(as: UInt64.self) ^ first) & firstMask == 0
                && (here.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ second) & secondMask == 0
        }
    }

    /// The way through one document.
    private struct Run {
        var at: UnsafePointer<UInt8>
        let end: UnsafePointer<UInt8>
        let words: UnsafeMutablePointer<UInt64>
        let strings: UnsafeMutablePointer<UInt8>
        let shape: UnsafeMutablePointer<ShapeKey>
        let keys: EventKeyTable
        /// The tape's next word, the next string's place, the next key's number, the innermost open container or 0.
        var next = JSONTape.root
        var text = PlainJSON.shapeKeys * ShapeKey.room
        var ordinal = 0
        var container = 0

        @inline(__always) mutating func document(levels: Int) -> Bool {
            var open = 0
            // Of the innermost open container, 0 outside.
            var bracket: UInt8 = 0
            while true {
                skipSpace()
                if bracket == UInt8(ascii: "{"), !key() { return false }
                guard at < end else { return false }
                let byte = at[0]
                if byte == UInt8(ascii: "\"") {
                    guard string() else { return false }
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    open &+= 1
                    guard open <= levels else { return false }
                    // Until it is closed a container names the one around it.
                    let outer = container
                    container = next
                    put(byte, UInt64(truncatingIfNeeded: outer))
                    bracket = byte
                    at += 1
                    skipSpace()
                    // The closing bracket's code is two above: an empty container ends below.
                    if at[0] != bracket &+ 2 { continue }
                } else {
                    guard scalar(byte) else { return false }
                }
                while true {
                    skipSpace()
                    guard open > 0 else { return finish() }
                    if at[0] == UInt8(ascii: ",") { break }
                    guard at[0] == bracket &+ 2 else { return false }
                    at += 1
                    let outer = Int(UInt32(truncatingIfNeeded: words[container]))
                    put(bracket &+ 2, UInt64(truncatingIfNeeded: container))
                    words[container] = UInt64(bracket) << 56 | UInt64(truncatingIfNeeded: next)
                    container = outer
                    open &-= 1
                    bracket = open == 0 ? 0 : UInt8(truncatingIfNeeded: words[container] >> 56)
                }
                at += 1
            }
        }

        /// The root's words; false where something follows the value, or what was read lies beyond the end.
        private func finish() -> Bool {
            let root = UInt64(UInt8(ascii: "r")) << 56
            words[0] = root | UInt64(truncatingIfNeeded: next &+ 1)
            words[next] = root
            return at == end
        }

        @inline(__always) private mutating func put(_ tag: UInt8, _ payload: UInt64) {
            words[next] = UInt64(tag) << 56 | payload
            next &+= 1
        }

        @inline(__always) private mutating func skipSpace() {
            while at[0] <= 0x20 {
                let isSpace =
                    at[0] == 0x20 || at[0] == UInt8(ascii: "\n") || at[0] == UInt8(ascii: "\r")
                    || at[0] == UInt8(ascii: "\t")
                guard isSpace, at < end else { return }
                at += 1
            }
        }

        /// Takes a key and its colon; here are the value's first bytes then.
        @inline(__always) private mutating func key() -> Bool {
            let known = shape + min(ordinal, PlainJSON.shapeKeys)
            ordinal &+= 1
            if known.pointee.isHere(at) {
                words[next] = known.pointee.word
                next &+= 1
                at += known.pointee.length
                skipSpace()
                return true
            }
            return otherKey(known)
        }

        /// The long way to a key, after which it is known at its place.
        private mutating func otherKey(_ known: UnsafeMutablePointer<ShapeKey>) -> Bool {
            guard at[0] == UInt8(ascii: "\""), string() else { return false }
            let name = JSONTape(words: words, strings: strings).text(next &- 1)
            words[next &- 1] |= (UInt64(keys.find(name).rawValue) &+ 1) << JSONTape.keyShift
            let place = known - shape
            if at[0] == UInt8(ascii: ":"), name.count <= ShapeKey.longest, place < PlainJSON.shapeKeys {
                let kept = UnsafeMutableRawPointer(strings + place * ShapeKey.room)
                kept.copyMemory(from: name.start.unsafelyUnwrapped - 4, byteCount: name.count + 5)
                let word = words[next &- 1] & ~JSONTape.placeMask | UInt64(truncatingIfNeeded: place * ShapeKey.room)
                known.pointee = ShapeKey(ending: at + 1, length: name.count + 3, word: word)
            }
            skipSpace()
            guard at[0] == UInt8(ascii: ":") else { return false }
            at += 1
            skipSpace()
            return true
        }

        /// Takes the string that begins here, sixteen bytes at a time.
        @inline(__always) private mutating func string() -> Bool {
            let start = at + 1
            let to = UnsafeMutableRawPointer(strings + text + 4)
            var count = 0
            while true {
                guard start + count < end else { return false }
                let stop = Int(fh_json_copy_plain(strings + text + 4 + count, start + count))
                count &+= stop
                if stop == 16 { continue }
                if start[count] == UInt8(ascii: "\"") { break }
                guard PlainJSON.isHan(start + count) else { return false }
                for _ in 0..<3 {
                    to.storeBytes(of: start[count], toByteOffset: count, as: UInt8.self)
                    count &+= 1
                }
            }
            put(UInt8(ascii: "\""), UInt64(truncatingIfNeeded: text))
            to.storeBytes(of: UInt32(truncatingIfNeeded: count), toByteOffset: -4, as: UInt32.self)
            to.storeBytes(of: 0, toByteOffset: count, as: UInt8.self)
            text &+= count &+ 5
            at = start + count + 1
            return true
        }

        @inline(__always) private mutating func scalar(_ byte: UInt8) -> Bool {
            if byte &- 48 <= 9 || byte == UInt8(ascii: "-") { return number() }
            let word = UnsafeRawPointer(at).loadUnaligned(as: UInt32.self)
            switch word {
            case 0x6C6C_756E: at += 4  // null
            case 0x6575_7274: at += 4  // true
            case 0x736C_6166 where at[4] == UInt8(ascii: "e"): at += 5  // false
            default: return false
            }
            put(byte, 0)
            return true
        }

        @inline(__always) private mutating func number() -> Bool {
            guard let number = PlainNumber(at, end: end) else { return false }
            put(number.kind.tag, 0)
            words[next] = number.bits
            next &+= 1
            at = number.end
            return true
        }
    }
}

extension PlainJSON.ShapeKey {
    /// The key that ends with its colon before an address.
    init(ending end: UnsafePointer<UInt8>, length: Int, word: UInt64) {
        let text = Text(start: end - length, count: length)
        let masks = (Self.mask(min(length, 8)), Self.mask(max(length - 8, 0)))
        self.init(
            first: text.word(0), second: text.word(1), firstMask: masks.0, secondMask: masks.1, length: length,
            word: word)
    }

    private static func mask(_ bytes: Int) -> UInt64 { bytes == 8 ? .max : 1 << UInt64(8 * bytes) - 1 }
}
