import Events

/// Appends JSON to a byte buffer by hand: the answers are few shapes and on the hot path.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(192) }

    mutating func open(_ bracket: UInt8, _ name: StaticString? = nil) {
        if let name { key(name) } else { comma() }
        bytes.append(bracket)
        needsComma = false
    }

    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func field(_ name: StaticString, _ value: some BinaryInteger) {
        key(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Finite.
    mutating func field(_ name: StaticString, _ value: Double) {
        precondition(value.isFinite, "JSON has no such number")
        key(name)
        bytes.append(contentsOf: "\(value)".utf8)
    }

    mutating func field(_ name: StaticString, _ value: String) {
        key(name)
        bytes.append(quoted: value)
    }

    mutating func entry(_ name: String, _ value: some BinaryInteger) {
        comma()
        bytes.append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func key(_ name: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }
}
