import Events

/// What evaluation needs of a rule, shared by reference: copying a `Rule` for each reading would retain dozens of strings.
final class PreparedRule: Sendable {
    /// A threshold without its strings.
    struct Threshold: BitwiseCopyable, Sendable {
        /// The number, or the fallback of a limit (NaN: none).
        var number: Double
        /// Index into `limits`; −1 where the threshold is a number.
        var limit: Int32
        /// Index into `dates`; −1 where the threshold is the same at all times.
        var dates: Int32 = -1

        var isNumber: Bool { limit < 0 && dates < 0 }
    }

    struct Dated: Sendable {
        var from: Timestamp
        var threshold: Threshold
    }

    struct Rung: BitwiseCopyable, Sendable {
        var level: Level
        var of: Int
        var compare: Rule.Comparison
        var at: Threshold
        var clear: Threshold?
        var hold: TimeSpan
        var clearHold: TimeSpan
        /// The value is NaN until the first window has closed, which is no flaw of any reading.
        var waits: Bool
    }

    enum Kind: Sendable {
        case reading
        case formula(Formula)
        case window
    }

    let rule: Rule
    let ladder: [Rung]
    let limits: [String]
    /// Each list ascending.
    let dates: [[Dated]]
    let kinds: [Kind]
    /// Per value: what its window aggregates where that is not the reading itself.
    let windowed: [Formula?]
    let condition: Formula?
    let onlyWhile: Formula?
    let hasWindows: Bool
    /// Whether a window closes by the clock.
    let hasTumbling: Bool
    /// Per value: whether its window counts different samples.
    let isDistinct: [Bool]
    let score: Formula?
    /// Index of the first value that is no window.
    let firstPlain: Int?
    /// Silence of a report source means that nothing happened; a silent sensor tells nothing.
    let isSilenceZero: Bool
    /// Whether silence that is zero may enter a level, or change the score: what it only lowers is of interest as long as
    /// something is held.
    let mayEnterBySilence: Bool
    /// Per value: how long with nothing new until its window is empty; zero where time does not empty it.
    let spans: [TimeSpan]
    /// The longest of them.
    let reach: TimeSpan
    /// With nothing new for so long, what the clock has counted down flaps no more.
    let calmAfter: TimeSpan
    /// Levels that the ladder does not have.
    let unused: [Level]
    /// nil for a rule over values.
    let pattern: PreparedPattern?
    /// Words that each key's cell has; 0 without a pattern.
    let cellWords: Int
    /// Whether the pattern's number falls with event time alone.
    let fades: Bool
    /// Whether the rule's number falls as time passes, though nothing comes.
    var fallsByClock: Bool { fades || (isSilenceZero && hasWindows) }
    /// Whether events are remembered by place, so that they are part of a snapshot.
    let keepsPoints: Bool
    /// Whether the rule's number is a matter of `received`.
    let runsOnReceived: Bool
    /// Whether readings are held until the watermark has passed them.
    let reorders: Bool
    /// Numbers of a reading that is held.
    let heldNumbers: Int
    /// Whether a reading that changes no level has nothing else to do: the rule keeps no score, no history of levels,
    /// no window that ends by itself.
    let canStaySteady: Bool
    /// Whether the number is a score itself.
    let isIndex: Bool

    init(_ rule: Rule) {
        self.rule = rule
        var limits: [String] = []
        var dates: [[Dated]] = []
        func prepared(_ threshold: Rule.Threshold) -> Threshold {
            switch threshold {
            case .number(let number): return Threshold(number: number, limit: -1)
            case .limit(let name, let fallback):
                let index = limits.firstIndex(of: name) ?? limits.count
                if index == limits.count { limits.append(name) }
                return Threshold(number: fallback ?? .nan, limit: Int32(index))
            case .dated(let list):
                dates.append(list.map { Dated(from: $0.from, threshold: prepared($0.threshold)) })
                return Threshold(number: .nan, limit: -1, dates: Int32(dates.count - 1))
            }
        }
        ladder = rule.ladder.map { rung in
            Rung(
                level: rung.level, of: rung.of, compare: rung.compare, at: prepared(rung.at),
                clear: rung.clear.map(prepared), hold: rung.hold, clearHold: rung.clearHold,
                waits: rule.values[rung.of].window?.isTumbling ?? false)
        }
        self.limits = limits
        self.dates = dates
        kinds = rule.values.map { value in
            switch value.kind {
            case .reading: .reading
            case .formula(let formula): .formula(formula)
            case .window: .window
            }
        }
        windowed = rule.values.map { value in
            value.window?.of
        }
        isDistinct = rule.values.map { $0.window?.aggregate == .distinct }
        hasTumbling = rule.values.contains { $0.window?.isTumbling ?? false }
        score = rule.score
        condition = rule.condition
        onlyWhile = rule.onlyWhile
        hasWindows = rule.values.contains { $0.window != nil }
        firstPlain = rule.values.firstIndex { $0.window == nil }
        isSilenceZero = rule.input.type == "report"
        let onlyFalls = rule.values.allSatisfy { value in
            guard let window = value.window else { return true }
            return [.count, .distinct].contains(window.aggregate)
        }
        mayEnterBySilence =
            isSilenceZero
            && (!onlyFalls || !dates.isEmpty || rule.onlyWhile != nil || rule.score != nil
                || rule.ladder.contains { $0.compare == .less || $0.compare == .lessOrEqual })
        spans = rule.values.map { value in
            switch value.window?.shape {
            case .sliding(let over, _), .exact(let over): over
            case .session(let gap, _): gap
            // The one that it is in, and an empty one.
            case .tumbling(let every): every + every
            case .samples, .halfLife, .weight, nil: TimeSpan.zero
            }
        }
        reach = spans.max() ?? .zero
        let lookback: TimeSpan? =
            switch rule.kind {
            case .sequence(let pattern): pattern.within
            case .proximity(let proximity): proximity.during
            case .value, .absence, .index: rule.values.compactMap { $0.window?.lookback }.max()
            }
        calmAfter = (lookback ?? .zero) + .hours(1)
        unused = Level.allCases.filter { level in !rule.ladder.contains { $0.level == level } }
        pattern = PreparedPattern(rule)
        cellWords = pattern?.cellWords ?? 0
        fades = pattern?.fades ?? false
        keepsPoints = if case .proximity(let proximity)? = pattern { proximity.counted >= 0 } else { false }
        runsOnReceived = pattern?.runsOnReceived ?? false
        let hasHolds = rule.ladder.contains { $0.hold > .zero || $0.clearHold > .zero }
        reorders = rule.lateness > .zero && !runsOnReceived && (hasHolds || hasWindows || rule.kind.needsOrder)
        heldNumbers = rule.kind.heldNumbers ?? rule.values.count
        canStaySteady =
            pattern == nil && !hasTumbling && !isSilenceZero && onlyWhile == nil && score == nil && rule.flap == nil
        isIndex = if case .index = rule.kind { true } else { false }
    }
}
