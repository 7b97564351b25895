import Events

/// What the events to come will touch is asked of memory early, so that none of them waits for it. Nothing changes by it.
extension Engine {
    /// How many events before its own.
    static let foresight = 3

    mutating func foresee(_ event: Int, of arrived: ArrivedBatch, _ names: inout BatchNames) {
        guard event < arrived.columns.count else { return }
        let subject = names.known(arrived.columns.subjects[event], symbols)
        guard subject >= 0 else { return }
        let key = SlotIndex.key(subject, exercise: arrived.columns.flags[event].contains(.exercise))
        for reading in arrived.columns.readings(event) {
            let metric = names.metric(arrived.columns.metrics[reading], routes)
            guard metric >= 0 else { continue }
            for index in routes.targets(of: metric) {
                runtimes[Int(routes.targets[index].rule)].foresee(key, at: arrived.columns.times[event])
            }
        }
    }
}

extension RuleRuntime {
    /// Mutating in form only: else a rule's whole state would be copied for the call.
    fileprivate mutating func foresee(_ key: UInt32, at time: Timestamp) {
        guard plan.isBySubject, let slot = index.find(key) else { return }
        keys.prefetch(slot)
        guard plan.lane.measure == .window else { return }
        windows.withUnsafeMutableBufferPointer { $0[0]?.prefetch(slot, at: time) }
    }
}
