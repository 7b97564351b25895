import Events

/// Everything a rule remembers of one key, but its windows.
struct KeyState: BitwiseCopyable {
    /// Symbol of the key; −1 marks a free slot.
    var key: Int32
    var subject: Int32
    var area: Int32
    /// Index of the source that fed the newest reading.
    var source: Int32
    var sources = KeySources()
    /// Index into the registry's subjects, −1 where unknown.
    var registered: Int32
    var exercise = false
    var isSilent = false
    /// Whether the rule has done what it does about this silence.
    var hasActedOnSilence = false
    /// Held level, 0 at rest.
    var level: UInt8 = 0
    var peak: UInt8 = 0
    /// Event time of the newest reading.
    var newest = Timestamp.distantPast
    /// Stamp of the entry that carried it.
    var lastReceived: Timestamp
    var position: Int64 = -1
    var longitude = Double.nan
    var latitude = Double.nan
    /// When the key's measurement timer fires, lateness included; `distantFuture` where none is armed.
    var armedDue = Timestamp.distantFuture
    /// The source that the timer waits for.
    var armedOn: Int32 = -1
    /// Readings that wait for the watermark.
    var waiting = HeldList()
    /// Likewise for the timer on `received`.
    var receivedDue = Timestamp.distantFuture
    /// The newest reading's first value that is not a window.
    var held = Double.nan
    /// The last one known where the rule computes its own.
    var score = Double.nan
    var rungs = Rungs()
    var episode = DecisionID(position: -1, ordinal: 0)
    var startedAt = Timestamp.distantPast
    /// Of the separate alarm about silence.
    var silence = DecisionID(position: -1, ordinal: 0)
    /// When that alarm was raised.
    var silentSince = Timestamp.distantPast
    /// What was sent of the value's episode, and of the silence's.
    var told = Told()
    var silenceTold = Told()
    /// Place in the rule's list of open slots, −1 where nothing is open; not part of a snapshot.
    var openIndex: Int32 = -1
    /// The levels change too often: no change is told.
    var isFlapping = false
    var history = LevelHistory()

    /// A slot that holds nothing yet.
    static let free = KeyState(key: -1, subject: -1, area: -1, source: -1, exercise: false, lastReceived: .distantPast)

    init(key: Int32, subject: Int32, area: Int32, source: Int32, exercise: Bool, lastReceived: Timestamp) {
        self.key = key
        self.subject = subject
        self.area = area
        self.source = source
        self.registered = -1
        self.exercise = exercise
        self.lastReceived = lastReceived
        if source >= 0 { sources.heard(source) }
    }

    var isAtRest: Bool { !isOpen && rungs.areAllOut && waiting.isEmpty }

    /// Whether the value has an episode.
    var hasEpisode: Bool { level > 0 || isFlapping }
    /// Whether any episode runs.
    var isOpen: Bool { hasEpisode || silence.position >= 0 }
}

/// The ladder's states, one a level from blue to red.
struct Rungs: BitwiseCopyable {
    var blue = RungState.out
    var yellow = RungState.out
    var orange = RungState.out
    var red = RungState.out

    subscript(level: Level) -> RungState {
        get {
            switch level {
            case .blue: blue
            case .yellow: yellow
            case .orange: orange
            case .red: red
            }
        }
        set {
            switch level {
            case .blue: blue = newValue
            case .yellow: yellow = newValue
            case .orange: orange = newValue
            case .red: red = newValue
            }
        }
    }

    var areAllOut: Bool {
        blue.phase == .out && yellow.phase == .out && orange.phase == .out && red.phase == .out
    }

    /// Whether no hold runs.
    var areQuiet: Bool { blue.isQuiet && yellow.isQuiet && orange.isQuiet && red.isQuiet }

    /// The highest level held, or still held while it clears.
    var highest: Level? {
        if red.isHeld { return .red }
        if orange.isHeld { return .orange }
        if yellow.isHeld { return .yellow }
        return blue.isHeld ? .blue : nil
    }
}
