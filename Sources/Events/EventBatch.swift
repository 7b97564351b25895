/// Decoded events of one department in columns: what Ingest fills, the journal stores and the engine reads.
///
/// A string column holds numbers of `strings`, or `absent`. Readings and other fields of event `i` are the ranges
/// `readings(i)` and `fields(i)` of their own columns. A report is an event whose one reading has its category as
/// metric and its count as value.
public struct EventBatch: Sendable {
    public static let absent: Int32 = -1

    // One element an event.
    /// The CloudEvents `id`, unique within its source: kept out of the string table.
    public var ids = ByteColumn()
    public var times: [Timestamp] = []
    /// Length of the interval that ends at `time`, in seconds; 0 for an instant.
    public var periods: [Int32] = []
    public var types: [Int32] = []
    public var sources: [Int32] = []
    public var subjects: [Int32] = []
    public var areas: [Int32] = []
    /// Degrees, CGCS2000 (= WGS 84 to the centimetre); NaN where absent.
    public var longitudes: [Double] = []
    public var latitudes: [Double] = []
    public var flags: [EventFlags] = []
    public var readingEnds: [UInt32] = []
    public var fieldEnds: [UInt32] = []

    // One element a reading.
    public var metrics: [Int32] = []
    /// In the metric's canonical unit; NaN where the event carried null.
    public var values: [Double] = []
    public var units: [Int32] = []
    public var qualities: [Int32] = []

    // One element a further scalar field.
    public var fieldNames: [Int32] = []
    public var fieldValues: [FieldValue] = []

    public var strings = StringTable()
    /// Free text and reporter fields: stored apart and encrypted, never in feeds.
    public var restricted: [RestrictedField] = []
    /// High-water marks that this batch moves.
    public var marks: [StreamMark] = []

    public init() {}

    /// With room for so many strings.
    public init(strings count: Int) { strings = StringTable(minimumBuckets: 2 * count) }

    @inlinable public var count: Int { times.count }
    @inlinable public var isEmpty: Bool { times.isEmpty }

    @inlinable public func readings(_ event: Int) -> Range<Int> {
        (event == 0 ? 0 : Int(readingEnds[event - 1]))..<Int(readingEnds[event])
    }

    @inlinable public func fields(_ event: Int) -> Range<Int> {
        (event == 0 ? 0 : Int(fieldEnds[event - 1]))..<Int(fieldEnds[event])
    }

    /// The string behind a column's number, or nil where absent; for messages and rare paths.
    public func text(_ number: Int32) -> String? { number == Self.absent ? nil : strings.string(number) }

    /// Whether every column has the length and every number the range that the others require.
    public var isConsistent: Bool {
        let n = count
        let strings = strings.count
        func numbers(_ column: [Int32], _ length: Int) -> Bool {
            column.count == length && column.allSatisfy { $0 >= Self.absent && Int($0) < strings }
        }
        func ends(_ column: [UInt32], _ last: Int) -> Bool {
            column.count == n && zip(column, column.dropFirst()).allSatisfy { $0 <= $1 }
                && Int(column.last ?? 0) == last
        }
        return ids.count == n && periods.count == n && longitudes.count == n && latitudes.count == n && flags.count == n
            && numbers(types, n) && numbers(sources, n) && numbers(subjects, n) && numbers(areas, n)
            && ends(readingEnds, values.count) && ends(fieldEnds, fieldValues.count)
            && numbers(metrics, values.count) && numbers(units, values.count) && numbers(qualities, values.count)
            && numbers(fieldNames, fieldValues.count)
            && fieldValues.allSatisfy { $0.kind != .string || (0..<UInt64(strings)).contains($0.bits) }
            && restricted.allSatisfy { $0.event >= 0 && Int($0.event) < n }
    }
}
