import Events

/// What the next few events will touch is looked up, and asked of memory, before the first of them is applied: none of
/// them waits for it, and none looks it up again. Nothing changes by it.
///
/// A slot may hold another key by the time its event comes, since keys are forgotten meanwhile: whoever uses it looks
/// whose it is.
struct Foresight {
    /// Looked ahead at once; an event that meets more rules stands alone.
    private static let events = 8
    private static let slots = 64

    /// The first event that is not foreseen.
    private(set) var end = 0
    private var begin = 0
    /// Of each event: where its slots begin.
    private var starts: [Int] = []
    /// In the order in which readings meet rules; −1 where there is none.
    private(set) var slots: [Int32] = []

    func start(of event: Int) -> Int { starts[event - begin] }

    fileprivate mutating func turn() {
        begin = end
        starts.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
    }

    fileprivate var hasRoom: Bool { starts.count < Self.events && slots.count < Self.slots }

    fileprivate mutating func beginEvent() {
        starts.append(slots.count)
        end += 1
    }

    fileprivate mutating func add(_ slot: Int32) { slots.append(slot) }
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
            for reading in arrived.columns.readings(event) {
                let metric = names.metric(arrived.columns.metrics[reading], routes)
                guard metric >= 0 else { continue }
                runtimes.withUnsafeMutableBufferPointer { rules in
                    for index in routes.targets(of: metric) {
                        let rule = Int(routes.targets[index].rule)
                        ahead.add(subject < 0 ? -1 : rules[rule].foresee(key, at: time))
                    }
                }
            }
        }
    }
}

extension RuleRuntime {
    /// The slot of the subject's key, −1 where there is none. Mutating in form only: else a rule's whole state would be
    /// copied for the call.
    @inline(__always)
    fileprivate mutating func foresee(_ key: UInt32, at time: Timestamp) -> Int32 {
        guard plan.isBySubject, let slot = index.find(key) else { return -1 }
        keys.prefetch(slot)
        if plan.lane.measure == .window {
            windows.withUnsafeMutableBufferPointer { $0[0]?.prefetch(slot, at: time) }
        }
        return slot
    }
}
