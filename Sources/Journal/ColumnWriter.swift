#if _endian(big)
#error("Columns are copied as they lie in memory: little-endian machines only.")
#endif

/// Writes columns of numbers compactly: varints (LEB128), and one value alone where a column is constant.
struct ColumnWriter {
    /// The first byte of a column: every element is the one value that follows, or each follows in turn.
    static let constant: UInt8 = 0
    static let each: UInt8 = 1
    /// Of 64 bits, seven in a byte.
    private static let longestVarint = 10

    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Signed numbers near zero in few bytes: 0, −1, 1, −2 … become 0, 1, 2, 3 ….
    mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    mutating func text(_ value: String) {
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func column<T>(_ values: [T], _ number: (T) -> UInt64) {
        guard let first = values.first.map(number) else { return }
        guard !values.allSatisfy({ number($0) == first }) else {
            byte(Self.constant)
            return varint(first)
        }
        byte(Self.each)
        // Into a run of their own: an append a byte costs more than the byte.
        bytes += [UInt8](unsafeUninitializedCapacity: values.count * Self.longestVarint) { run, filled in
            for value in values {
                var rest = number(value)
                while rest >= 0x80 {
                    run[filled] = UInt8(truncatingIfNeeded: rest) | 0x80
                    filled += 1
                    rest >>= 7
                }
                run[filled] = UInt8(truncatingIfNeeded: rest)
                filled += 1
            }
        }
    }

    /// Lengths between consecutive ends.
    mutating func ends(_ ends: [UInt32]) {
        var previous: UInt32 = 0
        var lengths: [UInt32] = []
        lengths.reserveCapacity(ends.count)
        for end in ends {
            lengths.append(end &- previous)
            previous = end
        }
        column(lengths) { UInt64($0) }
    }

    /// Bits as they are: NaN payloads and signed zeros survive.
    mutating func doubles(_ values: [Double]) {
        guard let first = values.first?.bitPattern else { return }
        if values.allSatisfy({ $0.bitPattern == first }) {
            byte(Self.constant)
            withUnsafeBytes(of: first) { bytes.append(contentsOf: $0) }
        } else {
            byte(Self.each)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    mutating func bits(_ value: UInt64) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
}
