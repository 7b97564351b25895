import Events

/// What the next few events will touch is looked up, and asked of memory, before the first of them is applied: none of
/// them waits for it, and none looks it up again. Nothing changes by it.
///
/// A slot may hold another key by the time its event comes, since keys are forgotten meanwhile: whoever uses it looks
/// whose it is.
struct Foresight {
    /// Events looked ahead at once, and slots; what is beyond is looked up when it comes.
    private static let events = 8
    private static let most = 64
    static let size = events + most

    /// The first event that is not foreseen.
    private(set) var end = 0
    private var begin = 0
    private var count = 0
    /// Of each event where its slots begin; then the slots in the order in which readings meet rules, −1 where none is known.
    private let numbers: UnsafeMutablePointer<Int32>

    /// `room`: `size` numbers that live as long.
    init(in room: UnsafeMutableBufferPointer<Int32>) {
        precondition(room.count >= Self.size)
        room.initialize(repeating: -1)
        numbers = room.baseAddress!
    }

    func start(of event: Int) -> Int {
        precondition(event >= begin && event < end, "looked ahead at")
        return Int(numbers[event - begin])
    }

    @inline(__always)
    subscript(place: Int) -> Int32 { place < count && place < Self.most ? numbers[Self.events + place] : -1 }

    fileprivate mutating func turn() { (begin, count) = (end, 0) }

    fileprivate var hasRoom: Bool { end - begin < Self.events && count < Self.most }

    fileprivate mutating func beginEvent() {
        numbers[end - begin] = Int32(truncatingIfNeeded: count)
        end += 1
    }

    @inline(__always)
    fileprivate mutating func add(_ slot: Int32) {
        if count < Self.most { numbers[Self.events + count] = slot }
        count += 1
    }
}

extension Engine {
    mutating func foresee(
        _ ahead: inout Foresight, of arrived: ArrivedBatch, _ routes: Routes, _ names: inout BatchNames
    ) {
        ahead.turn()
        while ahead.end < arrived.columns.count, ahead.hasRoom {
            let event = ahead.end
            ahead.beginEvent()
            let subject = names.known(arrived.columns.subjects[event], symbols)
            let key = SlotIndex.key(subject, exercise: arrived.columns.flags[event].contains(.exercise))
            let time = arrived.columns.times[event]
            var guess: Int32 = -1
            for reading in arrived.columns.readings(event) {
                let metric = names.metric(arrived.columns.metrics[reading], routes)
                guard metric >= 0 else { continue }
                runtimes.withUnsafeMutableBufferPointer { rules in
                    for index in routes.targets(of: metric) {
                        let rule = Int(routes.targets[index].rule)
                        let slot = subject < 0 ? -1 : rules[rule].foresee(key, at: time, guess)
                        ahead.add(slot)
                        if guess < 0 { guess = slot }
                    }
                }
            }
        }
    }
}

extension RuleRuntime {
    /// So many right guesses in a row make the next one worth it.
    static let sure: UInt8 = 32

    /// The slot of the subject's key, −1 where there is none. `guess` is the subject's slot in another rule: rules that
    /// met their subjects in the same order have each in the slot of the same number, and whose it is stands in the slot.
    /// Mutating in form only: else a rule's whole state would be copied for the call.
    @inline(__always)
    fileprivate mutating func foresee(_ key: UInt32, at time: Timestamp, _ guess: Int32) -> Int32 {
        guard plan.isBySubject else { return -1 }
        var slot = guess
        if inStep < Self.sure || guess < 0 || guess >= keys.count {
            guard let found = index.find(key) else { return -1 }
            if guess >= 0 { inStep = found == guess ? min(inStep + 1, Self.sure) : 0 }
            slot = found
        }
        keys.prefetch(slot)
        if plan.lane.measure == .window {
            windows.withUnsafeMutableBufferPointer { $0[0]?.prefetch(slot, at: time) }
        }
        return slot
    }
}
