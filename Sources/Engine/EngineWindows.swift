import Events

/// Tumbling windows: they close when the watermark passes their end, and levels change there.
extension Engine {
    /// Before a key hears a reading: the windows that do not hold it close, even where too long a gap lies before it. What
    /// one says that ends with the reading is judged with it, at once.
    mutating func closeWindows(_ rule: Int, _ slot: Int32, through moment: Timestamp, into decisions: inout [Decision])
    {
        while let end = windowEnd(rule, slot), end <= moment {
            guard end == moment else {
                close(rule, slot, at: end, into: &decisions)
                continue
            }
            closeWindows(rule, slot, by: end)
            guard runtimes[rule].prepared.isSilenceZero else { continue }
            emptyRungs(rule, slot, timerValues(rule, slot, at: end), at: end, isClosing: true)
        }
    }

    private mutating func closeWindows(_ rule: Int, _ slot: Int32, by moment: Timestamp) {
        let silenceIsZero = runtimes[rule].prepared.isSilenceZero
        for index in runtimes[rule].windows.indices {
            runtimes[rule].windows[index]?.close(by: moment, silenceIsZero: silenceIsZero, slot: slot)
        }
    }

    /// Windows that ended while nobody watched their key say nothing.
    mutating func dropWindows(_ rule: Int, _ slot: Int32, through moment: Timestamp) {
        let silenceIsZero = runtimes[rule].prepared.isSilenceZero
        for index in runtimes[rule].windows.indices where runtimes[rule].windows[index]?.isTumbling == true {
            while let end = runtimes[rule].windows[index]?.nextChange(after: .distantPast, slot: slot), end <= moment {
                runtimes[rule].windows[index]?.close(by: end, silenceIsZero: silenceIsZero, slot: slot)
                runtimes[rule].windows[index]?.forget(slot)
            }
        }
    }

    /// What the last closed windows said no longer holds.
    mutating func forgetWindows(_ rule: Int, _ slot: Int32) {
        guard runtimes[rule].prepared.hasTumbling else { return }
        for index in runtimes[rule].windows.indices { runtimes[rule].windows[index]?.forget(slot) }
    }

    private func windowEnd(_ rule: Int, _ slot: Int32) -> Timestamp? {
        var next: Timestamp?
        for case let window? in runtimes[rule].windows where window.isTumbling {
            if let end = window.nextChange(after: .distantPast, slot: slot) { next = min(end, next ?? end) }
        }
        return next
    }

    /// The moment of a hold, of a window's end, or of both.
    mutating func close(_ rule: Int, _ slot: Int32, at due: Timestamp, into decisions: inout [Decision]) {
        let prepared = runtimes[rule].prepared
        let newest = runtimes[rule].keys.read(slot)[0].newest
        let isAfterGap = prepared.rule.maxGap.map { due - newest > $0 } ?? false
        // What a window says at its end counts first, and over reports every window speaks now.
        if !isAfterGap, !prepared.isSilenceZero, windowEnd(rule, slot).map({ due < $0 }) ?? true {
            let key = runtimes[rule].keys.write(slot)
            for rung in prepared.ladder {
                key[0].rungs[rung.level].mature(at: due, hold: rung.hold, clearHold: rung.clearHold)
            }
        }
        closeWindows(rule, slot, by: due)
        let values = timerValues(rule, slot, at: prepared.isSilenceZero ? due : newest)
        if prepared.isSilenceZero { emptyRungs(rule, slot, values, at: due) }
        climb(rule, slot, values: values, at: due, afterGap: isAfterGap, nil, into: &decisions)
    }
}
