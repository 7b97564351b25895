/// Reads what `ColumnWriter` wrote; every shortfall or impossible number is an error, never a trap.
struct ColumnReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func byte() throws(CodecFailure) -> UInt8 {
        guard offset < bytes.count else { throw CodecFailure("end of bytes", at: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func varint() throws(CodecFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw CodecFailure("number over 64 bits", at: offset) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    mutating func zigzag() throws(CodecFailure) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count that may not exceed `bound`.
    mutating func count(_ what: String, upTo bound: Int) throws(CodecFailure) -> Int {
        let start = offset
        let value = try varint()
        guard value <= UInt64(bound) else { throw CodecFailure("\(value) \(what), at most \(bound)", at: start) }
        return Int(value)
    }

    mutating func raw(_ count: Int) throws(CodecFailure) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw CodecFailure("end of bytes", at: offset) }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    mutating func text() throws(CodecFailure) -> String {
        let start = offset
        let raw = try raw(count("bytes of text", upTo: remaining))
        guard let text = String(validating: raw, as: UTF8.self) else { throw CodecFailure("broken UTF-8", at: start) }
        return text
    }

    /// A column of `count` numbers; `count` must be bounded by the caller, for a constant column is short.
    mutating func column<T>(
        _ count: Int, _ value: (UInt64, Int) throws(CodecFailure) -> T
    ) throws(CodecFailure) -> [T] {
        guard count > 0 else { return [] }
        if try isConstant() { return [T](repeating: try value(varint(), offset), count: count) }
        guard count <= remaining else { throw CodecFailure("end of bytes", at: offset) }
        var column: [T] = []
        column.reserveCapacity(count)
        for _ in 0..<count { column.append(try value(varint(), offset)) }
        return column
    }

    /// Ends of `count` elements whose lengths must add up to `total` where that is given.
    mutating func ends(_ count: Int, total: Int? = nil) throws(CodecFailure) -> [UInt32] {
        let start = offset
        let lengths = try column(count) { (length, _) throws(CodecFailure) in length }
        var end: UInt64 = 0
        var ends: [UInt32] = []
        ends.reserveCapacity(count)
        for length in lengths {
            let (sum, overflow) = end.addingReportingOverflow(length)
            guard !overflow, sum <= UInt64(Int32.max) else { throw CodecFailure("lengths over 2 GiB", at: start) }
            end = sum
            ends.append(UInt32(end))
        }
        guard total.map({ UInt64($0) == end }) ?? true else {
            throw CodecFailure("lengths that do not add up", at: start)
        }
        return ends
    }

    mutating func doubles(_ count: Int) throws(CodecFailure) -> [Double] {
        guard count > 0 else { return [] }
        if try isConstant() { return [Double](repeating: Double(bitPattern: try bits()), count: count) }
        guard count <= remaining / 8 else { throw CodecFailure("end of bytes", at: offset) }
        defer { offset += count * 8 }
        return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count * 8)]))
            }
            filled = count
        }
    }

    mutating func bits() throws(CodecFailure) -> UInt64 {
        guard remaining >= 8 else { throw CodecFailure("end of bytes", at: offset) }
        defer { offset += 8 }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }

    func finish() throws(CodecFailure) {
        guard remaining == 0 else { throw CodecFailure("\(remaining) bytes too many", at: offset) }
    }

    private mutating func isConstant() throws(CodecFailure) -> Bool {
        let mode = try byte()
        guard mode <= ColumnWriter.each else { throw CodecFailure("column mode \(mode)", at: offset - 1) }
        return mode == ColumnWriter.constant
    }
}
