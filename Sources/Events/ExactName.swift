/// A name that is told from another by its bytes, as in SQLite and under a hash: to Swift's `String` two spellings of one "é" are equal.
public struct ExactName: Hashable, Comparable, Sendable {
    public let bytes: [UInt8]

    public init(_ text: String) { bytes = Array(text.utf8) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
