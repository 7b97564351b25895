import Events

/// A new rule set or registry: state follows (rule id, key); nothing is lost or invented.
extension Engine {
    mutating func replaceRules(with bytes: [UInt8], into decisions: inout [Decision]) {
        do throws(ByteReader.Failure) {
            replaceRules(with: try RuleSet(decoding: bytes), into: &decisions)
        } catch {
            preconditionFailure("the journal holds a rule set at \(position) that this engine cannot read: \(error)")
        }
    }

    mutating func replaceRules(with new: RuleSet, into decisions: inout [Decision]) {
        var kept: [RuleRuntime] = []
        var unchanged: Set<Int> = []
        var wereOff: Set<Int> = []
        let isTimedAlike = new.timing == ruleSet.timing && new.zones == ruleSet.zones
        for rule in new.rules {
            guard let old = runtimes.firstIndex(where: { $0.rule.id == rule.id }) else {
                kept.append(RuleRuntime(rule: rule))
                continue
            }
            if isTimedAlike, runtimes[old].rule.judgesLike(rule) { unchanged.insert(kept.count) }
            if runtimes[old].rule.status == .disabled { wereOff.insert(kept.count) }
            kept.append(carry(old, to: rule, into: &decisions))
        }
        for old in runtimes.indices where !new.rules.contains(where: { $0.id == runtimes[old].rule.id }) {
            close(old, reason: .ruleRemoved, into: &decisions)
        }
        judgePending(into: &decisions)
        releasing.removeAll()
        changed = DecisionID(position: position, ordinal: ordinal)
        let unscored = kept.indices.filter {
            let prepared = kept[$0].prepared
            let fell = wereOff.contains($0) && kept[$0].isAwake && prepared.isSilenceZero && prepared.hasWindows
            return kept[$0].feeds.isEmpty || fell
        }
        runtimes = kept
        ruleSet = new
        resolveNames()
        // What an index counts matters from now on.
        unchanged.subtract(unscored.filter { !runtimes[$0].feeds.isEmpty })
        expectKeys(into: &decisions)
        noteAnswerable(but: unchanged)
        reconsiderHolds(but: unchanged)
        rebuildTimers(but: unchanged, wereOff: wereOff)
        endFlapping(into: &decisions)
        reviewIndexes(unscored: unscored, into: &decisions)
        for rule in runtimes.indices { queueRelease(of: Int32(rule)) }
    }

    /// The runtime of a rule that stays: its keys, and its windows where what they measure is the same.
    private mutating func carry(_ old: Int, to rule: Rule, into decisions: inout [Decision]) -> RuleRuntime {
        let before = runtimes[old].rule
        guard before.by == rule.by, before.measuresLike(rule) else {
            close(old, reason: .ruleChanged, into: &decisions)
            var anew = RuleRuntime(rule: rule)
            anew.revision = runtimes[old].revision + 1
            return anew
        }
        let isReadAlike =
            PreparedRule(rule).reorders && before.values == rule.values && before.kind == rule.kind
            && rule.status != .disabled
        if !isReadAlike {
            applyHeld(old, into: &decisions)
            judgePending(into: &decisions)
        }
        let isSameAlarm = rule.noData?.action == .alarm && rule.noData?.level == before.noData?.level
        if before.noData?.action == .alarm, !isSameAlarm {
            closeSilences(old, reason: .ruleChanged, into: &decisions)
            judgePending(into: &decisions)
        }
        if before.noData != nil, rule.noData == nil { forgetSilences(old) }
        if before.noData?.action != rule.noData?.action
            || (rule.noData?.action == .alarm
                && (before.noData != rule.noData || before.effectiveUntil != rule.effectiveUntil))
        {
            reconsiderSilences(old, as: rule)
        }
        let isOnAgain = before.status == .disabled && rule.status != .disabled
        if before.status != .disabled { forgetStopped(old) }
        if isOnAgain { dropPassed(old) }
        var runtime = runtimes[old]
        if before != rule { runtime.revision += 1 }
        runtime.prepare(rule)
        if isOnAgain {
            // Nobody was silent while nobody listened.
            for slot in 0..<runtime.keys.count where runtime.keys[slot].key >= 0 {
                runtime.keys.write(slot)[0].lastReceived = received
            }
        }
        if before.lateness != rule.lateness {
            for slot in 0..<runtime.keys.count where runtime.keys[slot].armedDue < .distantFuture {
                runtime.keys.write(slot)[0].armedDue = runtime.keys[slot].armedDue - before.lateness + rule.lateness
            }
        }
        if before.response?.level != rule.response?.level { runtime.forgetAnswers() }
        // Whether what must not come has come while the rule was off, nobody knows.
        let isDoubtful = isOnAgain && rule.kind.forbids
        if before.kind != rule.kind || isDoubtful, runtime.prepared.cellWords > 0 {
            runtime.cells = KeyCells(words: runtime.prepared.cellWords)
            if runtime.keys.count > 0 { runtime.cells?.reserve(runtime.keys.count - 1) }
            runtime.points = nil
        }
        if runtime.prepared.isIndex, before.ladder != rule.ladder {
            // It has no next reading of its own: the same number is judged anew.
            for slot in 0..<runtime.keys.count { runtime.keys.write(slot)[0].held = .nan }
        }
        if before.values != rule.values {
            // What the level was entered by is measured otherwise now.
            for slot in 0..<runtime.keys.count {
                for level in Level.allCases where runtime.keys[slot].rungs[level].phase == .pending {
                    runtime.keys.write(slot)[0].rungs[level] = .out
                }
            }
            runtime.windows = RuleRuntime(rule: rule).windows
            if runtime.keys.count > 0 {
                for value in runtime.windows.indices { runtime.windows[value]?.reserve(runtime.keys.count - 1) }
            }
        }
        return runtime
    }

    private mutating func close(_ rule: Int, reason: Decision.Reason, into decisions: inout [Decision]) {
        closeSilences(rule, reason: reason, into: &decisions)
        for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
            guard runtimes[rule].keys[slot].hasEpisode else { continue }
            var facts = Facts(at: runtimes[rule].keys[slot].newest)
            facts.reason = reason
            decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
        }
    }

    private mutating func closeSilences(_ rule: Int, reason: Decision.Reason, into decisions: inout [Decision]) {
        for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
            guard runtimes[rule].keys[slot].silence.position >= 0 else { continue }
            var facts = Facts(at: received)
            facts.reason = reason
            closeSilence(rule, slot, facts, into: &decisions)
        }
    }

    /// A rule that does otherwise about silence, or for longer, does so about those who are silent already.
    private mutating func reconsiderSilences(_ rule: Int, as new: Rule) {
        guard received < new.effectiveUntil else { return }
        for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
            guard !runtimes[rule].keys[slot].hasEpisode(.noData) else { continue }
            runtimes[rule].keys.write(slot)[0].hasActedOnSilence = false
        }
    }

    /// A hold that runs goes on only where its reading enters the level by the new thresholds, too.
    private mutating func reconsiderHolds(but unchanged: Set<Int> = []) {
        for rule in runtimes.indices where !unchanged.contains(rule) {
            let prepared = runtimes[rule].prepared
            // Windows that are read by the clock are judged anew with the next pane, silence at its own moment.
            let areReadByClock = prepared.isSilenceZero && prepared.hasWindows && !prepared.hasTumbling
            guard !prepared.runsOnReceived, !areReadByClock else { continue }
            for slot in 0..<runtimes[rule].keys.count {
                let state = runtimes[rule].keys.read(slot)[0]
                guard state.key >= 0, !state.rungs.areQuiet else { continue }
                let values = timerValues(rule, slot, at: state.newest)
                for rung in prepared.ladder where state.rungs[rung.level].phase == .pending {
                    let value = rung.of < values.count ? values[rung.of] : .nan
                    let since = max(state.newest, state.rungs[rung.level].since)
                    let at = threshold(rung.at, prepared, rule, slot, at: since)
                    if value.isNaN || at.isNaN || rung.signal(value, at: at, clear: nil) == .enter { continue }
                    runtimes[rule].keys.write(slot)[0].rungs[rung.level] = .out
                }
            }
        }
    }

    /// Nobody asks any more who is silent.
    private mutating func forgetSilences(_ rule: Int) {
        for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
            let state = runtimes[rule].keys.write(slot)
            (state[0].isSilent, state[0].hasActedOnSilence) = (false, false)
        }
        runtimes[rule].silentKeys = 0
    }

    /// Keys that must report are watched from the moment the rule is active.
    private mutating func expectKeys(into decisions: inout [Decision]) {
        for rule in runtimes.indices {
            let names = runtimes[rule].rule.expected
            let expected = names.map { expectedKey($0, runtimes[rule].rule.by) }
            if !runtimes[rule].prepared.isIndex { forgetUnheard(rule, but: Set(expected), into: &decisions) }
            for (symbol, name) in zip(expected, names) {
                let key = SlotIndex.key(symbol, exercise: false)
                guard runtimes[rule].index.find(key) == nil else { continue }
                var state = KeyState(
                    key: symbol, subject: runtimes[rule].rule.by == .subject ? symbol : -1, area: -1, source: -1,
                    exercise: false, lastReceived: received)
                state.registered = Int32(registry.index(of: name) ?? -1)
                _ = runtimes[rule].slot(for: key, state: state)
            }
        }
    }

    /// As `keyText` shows it: a source's key has a blank between its department and its name.
    private mutating func expectedKey(_ name: String, _ by: Rule.Key) -> Int32 {
        guard by == .source else { return symbols.intern(name) }
        let words = name.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        return symbols.intern(words.joined(separator: "\0"))
    }

    /// Who was only expected, and never heard, is missed no more where nobody expects it.
    private mutating func forgetUnheard(_ rule: Int, but expected: Set<Int32>, into decisions: inout [Decision]) {
        var slot = runtimes[rule].keys.count
        while slot > 0 {
            slot -= 1
            // Slots at the end may be gone since.
            guard slot < runtimes[rule].keys.count else { continue }
            let state = runtimes[rule].keys.read(slot)[0]
            guard state.key >= 0, state.source < 0, !expected.contains(state.key) else { continue }
            var facts = Facts(at: received)
            facts.reason = .ruleChanged
            if state.hasEpisode(.noData) { closeSilence(rule, slot, facts, into: &decisions) }
            runtimes[rule].keys.write(slot)[0].rungs = Rungs()
            if state.hasEpisode { decide(rule, slot, .resolved, to: nil, facts, into: &decisions) }
            judgePending(into: &decisions)
            move(rule, slot, at: clock(rule, slot))
            runtimes[rule].release(slot)
        }
    }

    /// Where events are the clock there is no time before the first: what must report is waited for from there on.
    mutating func beginClock(at moment: Timestamp) {
        received = moment
        for rule in runtimes.indices {
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
                runtimes[rule].keys.write(slot)[0].lastReceived = moment
            }
        }
        rebuildTimers()
    }

    mutating func replaceRegistry(with bytes: [UInt8], into decisions: inout [Decision]) {
        changed = DecisionID(position: position, ordinal: ordinal)
        do throws(ByteReader.Failure) {
            registry = try Registry(decoding: bytes)
        } catch {
            preconditionFailure("the journal holds a registry at \(position) that this engine cannot read: \(error)")
        }
        placePoints()
        for rule in runtimes.indices {
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
                let subject = runtimes[rule].keys[slot].subject
                let index = subject >= 0 ? registry.index(of: symbols.string(subject)) : nil
                runtimes[rule].keys.write(slot)[0].registered = Int32(index ?? -1)
            }
        }
        resolveIndexes()
        reconsiderHolds()
        reviewIndexes(unscored: [], into: &decisions)
        for rule in runtimes.indices {
            // Who explains whom goes by areas.
            queueRelease(of: Int32(rule))
            guard runtimes[rule].prepared.runsOnReceived else { continue }
            // When a silence is too long goes by limits.
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
                armReceived(rule, slot)
            }
        }
    }
}

extension RuleRuntime {
    /// What was told below the level that people must answer now was never asked about.
    fileprivate mutating func forgetAnswers() {
        for slot in open {
            for field in Decision.About.allCases.map(Engine.told) {
                let state = keys.read(slot)[0]
                var told = state[keyPath: field]
                if let level = rule.response?.level, state.heard(told) >= level.rawValue { continue }
                (told.answerableFrom, told.isUnacknowledged, told.isUnhandled) = (.distantFuture, false, false)
                keys.write(slot)[0][keyPath: field] = told
            }
        }
    }
}
