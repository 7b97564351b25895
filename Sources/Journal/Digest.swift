import CSodium

/// A BLAKE2b-256 hash: what rows and encrypted blobs are chained by.
///
/// BLAKE2b (RFC 7693) and not SHA-256: the same strength, no length extension, about twice as fast on machines
/// without SHA instructions, and already in the library that encrypts the restricted fields.
public struct Digest: Equatable, Sendable {
    public static let size = 32

    public let bytes: [UInt8]

    /// The `previous` of the first row of every journal: 32 zero bytes.
    public static let genesis = Digest(zeros: size)

    private init(zeros: Int) { bytes = [UInt8](repeating: 0, count: zeros) }

    /// A stored hash; nil where the length is wrong.
    public init?(stored: [UInt8]) {
        guard stored.count == Self.size else { return nil }
        bytes = stored
    }

    /// The hash of `head` followed by `body`.
    public init(of head: [UInt8], _ body: [UInt8] = []) {
        var out = [UInt8](repeating: 0, count: Self.size)
        let status = fenghuo_blake2b_256(&out, head, head.count, body, body.count)
        precondition(status == 0, "BLAKE2b refused its own parameters")
        bytes = out
    }

    /// The hash of what stands behind the first `skipped` bytes.
    public init(of bytes: [UInt8], skipping skipped: Int) {
        let part = DigestOfParts()
        bytes.withUnsafeBytes { part.add(UnsafeRawBufferPointer(rebasing: $0[skipped...])) }
        self = part.end()
    }

    fileprivate init(ended bytes: [UInt8]) { self.bytes = bytes }

    public var hex: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The hash of bytes that come part by part.
public final class DigestOfParts {
    private let state = UnsafeMutableRawPointer.allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)

    public init() { precondition(fenghuo_blake2b_begin(state) == 0, "BLAKE2b refused its own parameters") }

    deinit { state.deallocate() }

    public func add(_ bytes: UnsafeRawBufferPointer) {
        fenghuo_blake2b_add(state, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }

    /// Once, after the last part.
    public func end() -> Digest {
        var out = [UInt8](repeating: 0, count: Digest.size)
        fenghuo_blake2b_end(state, &out)
        return Digest(ended: out)
    }
}
