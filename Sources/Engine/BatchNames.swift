import CPrefetch
import Events
import Expression

/// A batch under evaluation, by reference: an `EventBatch` is some twenty arrays, each copy of it as many retains.
final class ArrivedBatch: Sendable {
    let columns: EventBatch
    /// For the expressions that name a zone.
    let zones: ZoneSet

    init(_ columns: EventBatch, zones: ZoneSet) {
        self.columns = columns
        self.zones = zones
    }
}

/// A batch's string numbers translated to the engine's, each looked up once.
struct BatchNames {
    private static let unknown: Int32 = -2
    private let arrived: ArrivedBatch
    /// Per batch string: the engine's symbol, metric number and type number; −1 where there is none.
    private var symbols: [Int32]
    private var metrics: [Int32]
    private var types: [Int32]

    init(_ arrived: ArrivedBatch) {
        self.arrived = arrived
        symbols = [Int32](repeating: Self.unknown, count: arrived.columns.strings.count)
        metrics = symbols
        types = symbols
    }

    @inline(__always)
    mutating func symbol(_ number: Int32, _ table: inout StringTable) -> Int32 {
        guard number >= 0 else { return -1 }
        let known = symbols[Int(number)]
        return known != Self.unknown ? known : intern(number, &table)
    }

    private mutating func intern(_ number: Int32, _ table: inout StringTable) -> Int32 {
        let symbol = arrived.columns.strings.withBytes(number) { table.intern($0) }
        symbols[Int(number)] = symbol
        return symbol
    }

    /// Asks memory for where a look-up of the string begins, and gives its hash; nil where it needs none.
    @inline(__always)
    mutating func foresee(_ number: Int32, _ table: inout StringTable) -> UInt64? {
        guard number >= 0, symbols[Int(number)] == Self.unknown else { return nil }
        let hash = arrived.columns.strings.withBytes(number) { byteHash($0) }
        table.withBucket(of: hash) { prefetchLine($0) }
        return hash
    }

    /// The symbol of a string that the table has; −1 where it has none. `hash`: of the string, where it is known.
    @inline(__always)
    mutating func known(_ number: Int32, hash: UInt64?, _ table: borrowing StringTable) -> Int32 {
        guard number >= 0 else { return -1 }
        let known = symbols[Int(number)]
        return known != Self.unknown ? known : find(number, hash, table)
    }

    private mutating func find(_ number: Int32, _ hash: UInt64?, _ table: borrowing StringTable) -> Int32 {
        let symbol = arrived.columns.strings.withBytes(number) { table.find($0, hash: hash ?? byteHash($0)) }
        guard let symbol else { return -1 }
        symbols[Int(number)] = symbol
        return symbol
    }

    /// Of the routes, those of a metric.
    @inline(__always)
    mutating func targets(_ number: Int32, _ routes: borrowing Routes) -> Range<Int> {
        guard number >= 0 else { return 0..<0 }
        var metric = metrics[Int(number)]
        if metric == Self.unknown {
            metric = find(number, in: routes.metrics)
            metrics[Int(number)] = metric
        }
        return metric < 0 ? 0..<0 : routes.targets(of: metric)
    }

    @inline(__always)
    mutating func type(_ number: Int32, _ routes: borrowing Routes) -> Int32 {
        guard number >= 0 else { return -1 }
        if types[Int(number)] == Self.unknown { types[Int(number)] = find(number, in: routes.types) }
        return types[Int(number)]
    }

    @inline(never)
    private func find(_ number: Int32, in table: borrowing StringTable) -> Int32 {
        arrived.columns.strings.withBytes(number) { table.find($0) } ?? -1
    }
}
