import Events

/// One level of one key: the state machine that enter, clear and their holds drive.
struct RungState: BitwiseCopyable, Equatable {
    /// `Rungs` asks by bits: a hold runs in the odd ones, the level counts as held from 2 on.
    enum Phase: UInt8, BitwiseCopyable {
        case out = 0
        /// Entered since, not yet held for long enough.
        case pending = 1
        case held = 2
        /// Clear since, not yet for long enough; the level still counts as held.
        case clearing = 3
    }

    /// What the value says about the level now.
    enum Signal {
        case enter
        /// Between enter and clear: hysteresis keeps what is.
        case stay
        case clear
    }

    var phase: Phase
    /// Event time at which a pending or clearing phase began.
    var since: Timestamp

    static let out = RungState(phase: .out, since: .distantPast)
    var isHeld: Bool { phase == .held || phase == .clearing }

    /// Takes a signal observed at `now`; `restart` says that too long a gap lies before it.
    mutating func observe(_ signal: Signal, at now: Timestamp, restart: Bool, hold: TimeSpan, clearHold: TimeSpan) {
        if restart, phase == .pending || phase == .clearing { since = now }
        switch (phase, signal) {
        case (.out, .enter): self = RungState(phase: .pending, since: now)
        case (.pending, .clear), (.pending, .stay): self = .out
        case (.held, .clear): self = RungState(phase: .clearing, since: now)
        case (.clearing, .enter), (.clearing, .stay): self = RungState(phase: .held, since: now)
        case (.out, .stay), (.out, .clear), (.pending, .enter), (.held, .enter), (.held, .stay), (.clearing, .clear):
            break
        }
        mature(at: now, hold: hold, clearHold: clearHold)
    }

    /// Takes a moment at which value, threshold or gate is not known: what runs goes on, as with a reading that is held.
    mutating func pass(at now: Timestamp, restart: Bool, hold: TimeSpan, clearHold: TimeSpan) {
        if restart, phase == .pending || phase == .clearing { since = now }
        mature(at: now, hold: hold, clearHold: clearHold)
    }

    /// Completes a phase whose hold has passed by `now`.
    mutating func mature(at now: Timestamp, hold: TimeSpan, clearHold: TimeSpan) {
        guard let due = due(hold: hold, clearHold: clearHold), due <= now else { return }
        self = phase == .pending ? RungState(phase: .held, since: due) : .out
    }

    /// When the running hold will have passed, if one runs.
    func due(hold: TimeSpan, clearHold: TimeSpan) -> Timestamp? {
        switch phase {
        case .pending: since + hold
        case .clearing: since + clearHold
        case .out, .held: nil
        }
    }
}
