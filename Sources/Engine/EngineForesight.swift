import CPrefetch
import Events

/// What the next few events will touch is looked up, and asked of memory, before the first of them is applied: none of
/// them waits for it, and none looks it up again. Nothing changes by it.
///
/// A slot may hold another key by the time its event comes, since keys are forgotten meanwhile: whoever uses it looks
/// whose it is.
struct Foresight {
    /// A slot, and where it stands in memory.
    struct Place: BitwiseCopyable {
        /// −1 where none is known.
        var slot: Int32
        /// The addresses are good while `Pages.moves` is this.
        var moves: UInt32
        var key: UnsafeMutablePointer<KeyState>
        /// The slot's cell of the rule's panes, where the plan has some.
        var cell: UnsafeMutablePointer<Double>?
    }

    /// An event of the next few.
    struct Coming {
        /// Symbol of its subject, −1 where the engine has none.
        var subject: Int32 = -1
        /// What rules by subject find their slot by.
        var key: UInt32 = 0
        /// The first rule that hears of it where that is by subject, else −1: it looks its slot up, others guess the same.
        var rule: Int32 = -1
        /// The targets of its first reading.
        var targets = 0..<0
        /// Where its places begin.
        var start = 0
    }

    /// The hash of an event's subject that has no symbol yet.
    struct Hashed: BitwiseCopyable {
        var event = -1
        var hash: UInt64?
    }

    /// Events looked ahead at once, and slots; what is beyond is looked up when it comes.
    static let events = 8
    static let most = 64

    /// The first event that is not foreseen.
    private(set) var end = 0
    private var begin = 0
    private var count = 0
    private let coming: UnsafeMutablePointer<Coming>
    /// Of the events after those.
    private let hashed: UnsafeMutablePointer<Hashed>
    /// In the order in which readings meet rules.
    private let places: UnsafeMutablePointer<Place?>

    /// Room that lives as long as the foresight.
    static func with<Result>(_ body: (Foresight) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Coming.self, capacity: events) { coming in
            withUnsafeTemporaryAllocation(of: Hashed.self, capacity: events) { hashed in
                withUnsafeTemporaryAllocation(of: Place?.self, capacity: most) { places in
                    coming.initialize(repeating: Coming())
                    hashed.initialize(repeating: Hashed())
                    places.initialize(repeating: nil)
                    return body(
                        Foresight(
                            coming: coming.baseAddress!, hashed: hashed.baseAddress!, places: places.baseAddress!))
                }
            }
        }
    }

    func event(_ event: Int) -> Coming {
        precondition(event >= begin && event < end, "looked ahead at")
        return coming[event - begin]
    }

    @inline(__always)
    subscript(place: Int) -> Place? { place >= 0 && place < count && place < Self.most ? places[place] : nil }

    fileprivate mutating func turn() { (begin, count) = (end, 0) }

    fileprivate var hasRoom: Bool { end - begin < Self.events && count < Self.most }

    /// One of the next events; `event` lies less than `events` after the first of them.
    fileprivate subscript(coming event: Int) -> Coming {
        get { coming[(event - begin) & (Self.events - 1)] }
        nonmutating set { coming[(event - begin) & (Self.events - 1)] = newValue }
    }

    fileprivate func hash(of event: Int) -> UInt64? {
        let hashed = hashed[event & (Self.events - 1)]
        return hashed.event == event ? hashed.hash : nil
    }

    fileprivate func set(_ hash: UInt64?, of event: Int) {
        hashed[event & (Self.events - 1)] = Hashed(event: event, hash: hash)
    }

    fileprivate mutating func beginEvent() -> Coming {
        coming[end - begin].start = count
        defer { end += 1 }
        return coming[end - begin]
    }

    @inline(__always)
    fileprivate mutating func add(_ place: Place?) {
        if count < Self.most { places[count] = place }
        count += 1
    }
}

extension Engine {
    mutating func foresee(
        _ ahead: inout Foresight, of arrived: ArrivedBatch, _ routes: Routes, _ names: inout BatchNames
    ) {
        ahead.turn()
        let turn = nextPosition
        let first = ahead.end
        let last = min(arrived.columns.count, first + Foresight.events)
        arrived.columns.prefetch(last)
        runtimes.withUnsafeMutableBufferPointer { rules in
            for event in first..<last {
                let hash = ahead.hash(of: event)
                let subject = names.known(arrived.columns.subjects[event], hash: hash, symbols)
                let key = SlotIndex.key(subject, exercise: arrived.columns.flags[event].contains(.exercise))
                ahead[coming: event] = .init(subject: subject, key: key)
                let readings = arrived.columns.readings(event)
                guard !readings.isEmpty else { continue }
                let targets = names.targets(arrived.columns.metrics[readings.lowerBound], routes)
                ahead[coming: event].targets = targets
                guard subject >= 0, let target = targets.first else { continue }
                let rule = Int(routes.targets[target].rule)
                guard rules[rule].plan.isBySubject else { continue }
                ahead[coming: event].rule = Int32(rule)
                rules[rule].index.prefetch(key)
            }
            for event in last..<min(arrived.columns.count, last + Foresight.events) {
                ahead.set(names.foresee(arrived.columns.subjects[event], &symbols), of: event)
            }
            while ahead.end < last, ahead.hasRoom {
                let event = ahead.end
                let coming = ahead.beginEvent()
                let time = arrived.columns.times[event]
                let readings = arrived.columns.readings(event)
                var guess = coming.rule < 0 ? -1 : rules[Int(coming.rule)].index.find(coming.key) ?? -1
                for reading in readings {
                    let isFirst = reading == readings.lowerBound
                    let targets = isFirst ? coming.targets : names.targets(arrived.columns.metrics[reading], routes)
                    for index in targets {
                        let rule = Int(routes.targets[index].rule)
                        let place = coming.subject < 0 ? nil : rules[rule].foresee(coming.key, at: time, guess, turn)
                        ahead.add(place)
                        if guess < 0, let place { guess = place.slot }
                    }
                }
            }
        }
    }
}

extension RuleRuntime {
    /// So many right guesses in a row make the next one worth it.
    static let sure: UInt8 = 32

    /// Where the subject's key is, nil where there is none. `guess` is the subject's slot in another rule: rules that
    /// met their subjects in the same order have each in the slot of the same number, and whose it is stands in the slot.
    @inline(__always)
    fileprivate mutating func foresee(
        _ key: UInt32, at time: Timestamp, _ guess: Int32, _ turn: Int64
    ) -> Foresight.Place? {
        guard plan.isBySubject, plan.lane.measure != nil else { return nil }
        var slot = guess
        if inStep < Self.sure || guess < 0 || guess >= keys.count {
            guard let found = index.find(key) else { return nil }
            if guess >= 0 { inStep = found == guess ? min(inStep + 1, Self.sure) : 0 }
            slot = found
        } else if keys.isBlank(guess) {
            return nil
        }
        let place = place(of: slot, turn)
        // What a steady reading touches.
        prefetchLine(place.key)
        prefetchLine(UnsafeRawPointer(place.key) + 64)
        if plan.lane.measure == .silence { prefetchLine(UnsafeRawPointer(place.key) + 128) }
        if let ring = plan.ring, let cell = place.cell {
            prefetchLine(cell)
            let pane = ring.place(of: time)
            prefetchLine(cell + pane.count)
            prefetchLine(cell + pane.numbers)
            // The next one, which may begin another line, is what the rest of the round before is read from.
            prefetchLine(cell + pane.numbers + 2 * ring.width - 1)
        }
        return place
    }

    /// `turn`: see `Pages.write(_:in:)`.
    @inline(__always)
    mutating func place(of slot: Int32, _ turn: Int64) -> Foresight.Place {
        let key = keys.write(slot, in: turn)
        guard plan.ring != nil else { return .init(slot: slot, moves: keys.moves, key: key, cell: nil) }
        let cell = windows.withUnsafeMutableBufferPointer { $0[0]?.write(slot, in: turn) }
        return .init(slot: slot, moves: keys.moves, key: key, cell: cell)
    }
}

extension EventBatch {
    /// Asks memory for what the engine reads of the events from there on: as many columns come in at once as the
    /// processor does not foresee by itself.
    fileprivate func prefetch(_ event: Int) {
        func ask<Element>(_ column: [Element], _ index: Int) {
            guard index < column.count else { return }
            column.withUnsafeBufferPointer { prefetchLine($0.baseAddress! + index) }
        }
        guard event < count else { return }
        let reading = readings(event).lowerBound
        ask(times, event)
        ask(flags, event)
        ask(types, event)
        ask(sources, event)
        ask(subjects, event)
        ask(areas, event)
        ask(longitudes, event)
        ask(latitudes, event)
        ask(readingEnds, event)
        ask(metrics, reading)
        ask(values, reading)
        ask(units, reading)
        ask(qualities, reading)
    }
}
