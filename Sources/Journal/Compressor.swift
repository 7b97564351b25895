import CZstd

/// Compresses and expands payloads with zstd (RFC 8878) level 1; one context each way, used by one thread at a time.
final class Compressor {
    private let compression: OpaquePointer
    private let expansion: OpaquePointer
    private static let level: Int32 = 1

    init() {
        guard let compression = ZSTD_createCCtx(), let expansion = ZSTD_createDCtx() else {
            preconditionFailure("no memory for a zstd context")
        }
        self.compression = compression
        self.expansion = expansion
    }

    deinit {
        ZSTD_freeCCtx(compression)
        ZSTD_freeDCtx(expansion)
    }

    /// Nothing stays nothing: an empty payload is stored empty.
    func compress(_ payload: [UInt8]) -> [UInt8] {
        guard !payload.isEmpty else { return [] }
        let bound = ZSTD_compressBound(payload.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, filled in
            let size = ZSTD_compressCCtx(
                compression, buffer.baseAddress, bound, payload, payload.count, Self.level)
            precondition(ZSTD_isError(size) == 0, "zstd refused a buffer of its own bound")
            filled = size
        }
    }

    /// Expands to exactly `size` bytes; the size is checked before anything is allocated.
    func expand(_ stored: [UInt8], size: Int64) throws(CodecFailure) -> [UInt8] {
        guard size >= 0, size <= JournalBounds.payloadBytes else {
            throw CodecFailure("payload of \(size) bytes, at most \(JournalBounds.payloadBytes)", at: 0)
        }
        if size == 0, stored.isEmpty { return [] }
        let declared = ZSTD_getFrameContentSize(stored, stored.count)
        guard declared == UInt64(size) else { throw CodecFailure("zstd frame of another size", at: 0) }
        var expanded = 0
        let payload = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
            expanded = ZSTD_decompressDCtx(expansion, buffer.baseAddress, Int(size), stored, stored.count)
            filled = ZSTD_isError(expanded) == 0 ? expanded : 0
        }
        guard payload.count == Int(size) else { throw CodecFailure("broken zstd frame", at: 0) }
        return payload
    }
}
