import Events

/// Everything a rule remembers of one key, but its windows.
///
/// Four cache lines: a reading that changes no level touches only the first two (`EngineSteady.swift`), so what it needs
/// stands first, down to the phases of `rungs`.
struct KeyState: BitwiseCopyable {
    /// Symbol of the key; −1 marks a free slot.
    var key: Int32
    var subject: Int32
    var area: Int32
    /// Index of the source that fed the newest reading.
    var source: Int32
    var sources = KeySources()
    /// Event time of the newest reading.
    var newest = Timestamp.distantPast
    /// When the key's measurement timer fires, lateness included; `distantFuture` where none is armed.
    var armedDue = Timestamp.distantFuture
    /// Stamp of the entry that carried the newest reading.
    var lastReceived: Timestamp
    private var marks = KeyMarks()
    var position: Int64 = -1
    var longitude = Double.nan
    var latitude = Double.nan
    /// The newest reading's first value that is not a window.
    var held = Double.nan
    var rungs = Rungs()
    /// Index into the registry's subjects, −1 where unknown.
    var registered: Int32
    /// Readings that wait for the watermark.
    var waiting = HeldList()
    /// As `armedDue`, for the timer on `received`.
    var receivedDue = Timestamp.distantFuture
    /// The last one known where the rule computes its own.
    var score = Double.nan
    var episode = DecisionID(position: -1, ordinal: 0)
    /// Place in the rule's list of open slots, −1 where nothing is open; not part of a snapshot.
    var openIndex: Int32 = -1
    /// Of the separate alarm about silence.
    var silence = DecisionID(position: -1, ordinal: 0)
    /// The source that the measurement timer waits for.
    var armedOn: Int32 = -1
    var startedAt = Timestamp.distantPast
    /// When the alarm about silence was raised.
    var silentSince = Timestamp.distantPast
    /// What was sent of the value's episode, and of the silence's.
    var told = Told()
    var silenceTold = Told()
    var history = LevelHistory()

    var exercise: Bool {
        get { marks.has(.exercise) }
        set { marks.set(.exercise, newValue) }
    }
    var isSilent: Bool {
        get { marks.has(.silent) }
        set { marks.set(.silent, newValue) }
    }
    /// Whether the rule has done what it does about this silence.
    var hasActedOnSilence: Bool {
        get { marks.has(.actedOnSilence) }
        set { marks.set(.actedOnSilence, newValue) }
    }
    /// Whether a silence has ended what was known of the key: nothing is entered before its next reading in order.
    var isGivenUp: Bool {
        get { marks.has(.givenUp) }
        set { marks.set(.givenUp, newValue) }
    }
    /// The levels change too often: no change is told.
    var isFlapping: Bool {
        get { marks.has(.flapping) }
        set { marks.set(.flapping, newValue) }
    }
    /// Held level, 0 at rest.
    var level: UInt8 {
        get { marks.level }
        set { marks.level = newValue }
    }
    var peak: UInt8 {
        get { marks.peak }
        set { marks.peak = newValue }
    }
    /// Whether no level is held, nothing flaps and nothing is silent or given up.
    var isCalm: Bool { marks.areCalm }
    var isUndisturbed: Bool { marks.areUndisturbed }

    /// A slot that holds nothing yet.
    static let free = KeyState(key: -1, subject: -1, area: -1, source: -1, exercise: false, lastReceived: .distantPast)

    init(key: Int32, subject: Int32, area: Int32, source: Int32, exercise: Bool, lastReceived: Timestamp) {
        self.key = key
        self.subject = subject
        self.area = area
        self.source = source
        self.registered = -1
        marks.set(.exercise, exercise)
        self.lastReceived = lastReceived
        if source >= 0 { sources.heard(source) }
    }

    var isAtRest: Bool { !isOpen && rungs.areAllOut && waiting.isEmpty }

    /// Whether the value has an episode.
    var hasEpisode: Bool { level > 0 || isFlapping }
    /// Whether it has an episode of that kind.
    func hasEpisode(_ about: Decision.About) -> Bool {
        switch about {
        case .value: hasEpisode
        case .noData: silence.position >= 0
        }
    }

    /// The level at which those who were told so far count it: while it flaps, its peak.
    func heard(_ told: Told) -> UInt8 { told.isFlapping ? peak : told.level }

    /// Whether any episode runs.
    var isOpen: Bool { hasEpisode || silence.position >= 0 }
}

/// What a key is, in one word, so that a steady reading asks once.
struct KeyMarks: BitwiseCopyable {
    enum Mark: UInt32 {
        case exercise = 0x1_0000
        case actedOnSilence = 0x2_0000
        case silent = 0x4_0000
        case flapping = 0x8_0000
        case givenUp = 0x10_0000

        static let disturbances = silent.rawValue | flapping.rawValue | givenUp.rawValue
    }

    /// The level in the lowest byte, the peak in the next.
    private var bits: UInt32 = 0

    func has(_ mark: Mark) -> Bool { bits & mark.rawValue != 0 }

    mutating func set(_ mark: Mark, _ isSet: Bool) {
        bits = isSet ? bits | mark.rawValue : bits & ~mark.rawValue
    }

    var level: UInt8 {
        get { UInt8(truncatingIfNeeded: bits) }
        set { bits = bits & ~0xFF | UInt32(newValue) }
    }

    var peak: UInt8 {
        get { UInt8(truncatingIfNeeded: bits >> 8) }
        set { bits = bits & ~0xFF00 | UInt32(newValue) << 8 }
    }

    /// Whether there is no level, no flapping and no silence, and nothing is given up.
    var areCalm: Bool { bits & (0xFF | Mark.disturbances) == 0 }
    var areUndisturbed: Bool { bits & Mark.disturbances == 0 }
}

/// The ladder's states, one a level from blue to red.
struct Rungs: BitwiseCopyable {
    /// A byte a level, blue lowest.
    private var phases: UInt32 = 0
    private var since: (Timestamp, Timestamp, Timestamp, Timestamp) = (
        .distantPast, .distantPast, .distantPast, .distantPast
    )

    subscript(level: Level) -> RungState {
        get {
            let since =
                switch level {
                case .blue: since.0
                case .yellow: since.1
                case .orange: since.2
                case .red: since.3
                }
            return RungState(phase: phase(level), since: since)
        }
        set {
            let shift = Self.shift(level)
            phases = phases & ~(0xFF << shift) | UInt32(newValue.phase.rawValue) << shift
            switch level {
            case .blue: since.0 = newValue.since
            case .yellow: since.1 = newValue.since
            case .orange: since.2 = newValue.since
            case .red: since.3 = newValue.since
            }
        }
    }

    private static func shift(_ level: Level) -> UInt32 { UInt32(level.rawValue - 1) * 8 }

    private func phase(_ level: Level) -> RungState.Phase {
        guard let phase = RungState.Phase(rawValue: UInt8(truncatingIfNeeded: phases >> Self.shift(level))) else {
            preconditionFailure("only phases are written")
        }
        return phase
    }

    var areAllOut: Bool { phases == 0 }

    /// Whether no hold runs: out and held are even, pending and clearing odd.
    var areQuiet: Bool { phases & 0x0101_0101 == 0 }

    /// The highest level held, or still held while it clears.
    var highest: Level? {
        // Both phases have the second bit.
        let held = phases & 0x0202_0202
        return held == 0 ? nil : Level(rawValue: UInt8(truncatingIfNeeded: 4 - held.leadingZeroBitCount / 8))
    }
}
