import Events

/// How far event time has come for a key: as far as the slowest of the sources that feed it, those aside that have
/// fallen idle.
extension Engine {
    /// A source has fed the key; a timer does not wait for one that it pushed out.
    mutating func noteSource(_ source: Int32, _ rule: Int, _ slot: Int32) {
        guard runtimes[rule].keys.read(slot)[0].sources.newest != source else { return }
        let state = runtimes[rule].keys.write(slot)
        let gone = state[0].sources.heard(source)
        guard gone >= 0, gone == state[0].armedOn, state[0].armedDue < .distantFuture else { return }
        let timer = EngineTimer(due: state[0].armedDue, rule: Int32(rule), slot: slot)
        arm(timer, on: slowest(of: state[0].sources))
    }

    func isIdle(_ source: Int32) -> Bool {
        sources[Int(source)].lastReceived + ruleSet.timing.idleTimeout <= received
    }

    /// The source that a key's timer waits for; where all are idle the one heard last.
    func slowest(of key: KeySources) -> Int32 {
        guard key.areSeveral else { return key.newest }
        var slowest = key.newest
        key.visit { source in
            guard !isIdle(source) else { return }
            let isSlower = sources[Int(source)].newest < sources[Int(slowest)].newest
            if isSlower || isIdle(slowest) { slowest = source }
        }
        return slowest
    }

    /// A source that has not come past the moment while the one at hand has; nil where the key waits for no other.
    func laggard(of key: KeySources, beside source: Int32, until moment: Timestamp) -> Int32? {
        guard key.areSeveral else { return nil }
        var other: Int32?
        key.visit { candidate in
            guard candidate != source, !isIdle(candidate), sources[Int(candidate)].newest <= moment else { return }
            other = candidate
        }
        return other
    }

    /// How far timers of the key have come: with its slowest source, or with the stamps where that is idle.
    func clock(_ rule: Int, _ slot: Int32) -> Timestamp {
        let state = runtimes[rule].keys.read(slot)[0]
        guard state.source >= 0 else { return received }
        let source = slowest(of: state.sources)
        return isIdle(source) ? max(received, sources[Int(source)].newest) : sources[Int(source)].newest
    }

    /// Newest event time of the slowest source of a key.
    func watermark(_ rule: Int, _ slot: Int32) -> Timestamp {
        sources[Int(slowest(of: runtimes[rule].keys.read(slot)[0].sources))].newest
    }
}
