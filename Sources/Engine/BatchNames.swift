import Events

/// A batch's string numbers translated to the engine's, each looked up once.
struct BatchNames {
    private static let unknown: Int32 = -2
    /// Per batch string: the engine's symbol, metric number and type number; −1 where there is none.
    private var symbols: [Int32]
    private var metrics: [Int32]
    private var types: [Int32]

    init(_ batch: EventBatch) {
        symbols = [Int32](repeating: Self.unknown, count: batch.strings.count)
        metrics = symbols
        types = symbols
    }

    mutating func symbol(_ number: Int32, _ batch: EventBatch, _ table: inout StringTable) -> Int32 {
        guard number >= 0 else { return -1 }
        if symbols[Int(number)] == Self.unknown {
            symbols[Int(number)] = batch.strings.withBytes(number) { table.intern($0) }
        }
        return symbols[Int(number)]
    }

    mutating func metric(_ number: Int32, _ batch: EventBatch, _ routes: Routes) -> Int32 {
        guard number >= 0 else { return -1 }
        if metrics[Int(number)] == Self.unknown {
            metrics[Int(number)] = batch.strings.withBytes(number) { routes.metrics.find($0) } ?? -1
        }
        return metrics[Int(number)]
    }

    mutating func type(_ number: Int32, _ batch: EventBatch, _ routes: Routes) -> Int32 {
        guard number >= 0 else { return -1 }
        if types[Int(number)] == Self.unknown {
            types[Int(number)] = batch.strings.withBytes(number) { routes.types.find($0) } ?? -1
        }
        return types[Int(number)]
    }
}
