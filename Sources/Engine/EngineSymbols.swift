import Events

/// Gives back the symbols that no key, source or rule speaks of any more.
extension Engine {
    /// Called between records, because a batch under way remembers symbols by number. When is a question to the state alone, so
    /// a restored engine does it at the same record. Whoever adds symbols to the state adds them to `mostSymbols` and
    /// `visitSymbols`.
    mutating func forgetSymbols() {
        guard symbols.count > 2 * mostSymbols + 1024 else { return }
        var used = [Bool](repeating: false, count: symbols.count)
        visitSymbols { symbol in
            if symbol >= 0 { used[Int(symbol)] = true }
            return symbol
        }
        var renamed = [Int32](repeating: -1, count: symbols.count)
        var kept = StringTable(minimumBuckets: 1024)
        for symbol in used.indices where used[symbol] {
            renamed[symbol] = symbols.withBytes(Int32(symbol)) { kept.intern($0) }
        }
        symbols = kept
        visitSymbols { $0 >= 0 ? renamed[Int($0)] : $0 }
        sourceIndex = SlotIndex()
        for index in sources.indices {
            sourceIndex.insert(SlotIndex.key(sources[index].symbol, exercise: false), slot: Int32(index))
        }
        for rule in runtimes.indices { runtimes[rule].reindex() }
    }

    /// More symbols than this cannot be in use: three a key or held reading, one a source, one a rule's unit.
    private var mostSymbols: Int {
        runtimes.reduce(sources.count) { $0 + 3 * ($1.liveKeys + $1.heldReadings) + 1 + $1.otherUnits.count }
    }

    /// Shows every symbol of the state, and puts what comes back in its place.
    private mutating func visitSymbols(_ visit: (Int32) -> Int32) {
        for index in sources.indices { sources[index].symbol = visit(sources[index].symbol) }
        for rule in runtimes.indices {
            runtimes[rule].unitSymbol = visit(runtimes[rule].unitSymbol)
            for unit in runtimes[rule].otherUnits.indices {
                runtimes[rule].otherUnits[unit] = visit(runtimes[rule].otherUnits[unit])
            }
            for slot in 0..<runtimes[rule].keys.count {
                let state = runtimes[rule].keys.read(slot)
                guard state[0].key >= 0 else { continue }
                runtimes[rule].visitHeldSymbols(slot, visit)
                let (key, subject, area) = (visit(state[0].key), visit(state[0].subject), visit(state[0].area))
                // A page that stays as it is stays shared with the snapshot being written.
                guard (key, subject, area) != (state[0].key, state[0].subject, state[0].area) else { continue }
                let changed = runtimes[rule].keys.write(slot)
                (changed[0].key, changed[0].subject, changed[0].area) = (key, subject, area)
            }
        }
    }
}
