import Events

/// Operator requests: each is decided once, whatever was asked before it in the journal.
extension Engine {
    mutating func answer(_ bytes: [UInt8], into decisions: inout [Decision]) {
        var outcome = RequestOutcome(position: position, received: received, request: nil, verdict: .malformed)
        do throws(ByteReader.Failure) {
            let request = try OperatorRequest(decoding: bytes)
            if var earlier = answered.first(where: { $0.request?.key == request.key }) {
                earlier.isRepeat = true
                return outcomes.append(earlier)
            }
            outcome.request = request
            switch request.act {
            case .acknowledge(let episode): outcome.verdict = acknowledge(episode, request, into: &decisions)
            }
            answered.append(outcome)
            if answered.count > RequestOutcome.remembered { answered.removeFirst() }
        } catch {
            // Kept on record as malformed: who wrote it is no caller of ours.
        }
        outcomes.append(outcome)
    }

    private mutating func acknowledge(
        _ episode: DecisionID, _ request: OperatorRequest, into decisions: inout [Decision]
    ) -> RequestOutcome.Verdict {
        guard let (rule, slot, about) = find(episode) else { return .notOpen }
        let field = Self.told(about)
        guard !runtimes[rule].keys.read(slot)[0][keyPath: field].isAcknowledged else { return .alreadyAcknowledged }
        runtimes[rule].keys.write(slot)[0][keyPath: field].isAcknowledged = true
        var facts = currentFacts(rule, slot, about, at: received)
        (facts.actor, facts.note) = (request.actor, request.note)
        say(rule, slot, about, .acknowledged, facts, into: &decisions)
        return .accepted
    }

    /// The key that an open episode belongs to.
    private func find(_ episode: DecisionID) -> (rule: Int, slot: Int32, about: Decision.About)? {
        for rule in runtimes.indices {
            for slot in runtimes[rule].open {
                let state = runtimes[rule].keys.read(slot)
                if state[0].hasEpisode, state[0].episode == episode { return (rule, slot, .value) }
                if state[0].silence == episode { return (rule, slot, .noData) }
            }
        }
        return nil
    }
}
