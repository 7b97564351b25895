import Engine
import Events
import Ingest
import Messaging

/// What runs, what lies on disk, and the way from one to the other: through the journal, one proposal at a time.
final class RuleDesk: Sendable {
    /// What the directories held when they were last read.
    enum Disk: Equatable, Sendable {
        case valid(version: String)
        case invalid(version: String, why: String)
        case unread
    }

    struct State: Sendable {
        var ruleSet = RuleSet.empty
        var registry = Registry.empty
        /// Position of the entry that made these the running ones; 0: none yet.
        var position: Int64 = 0
        var metrics: [Metric]
        var disk = Disk.unread
        /// Version of the files that were last proposed.
        var taken = ""
        /// Why what the files hold was not taken; nil where it was.
        var refusal: String?
    }

    /// What became of a proposal.
    struct Outcome: Equatable, Sendable {
        /// Entries appended; 0: the files say what runs already.
        var changed = 0
        var ruleSet: String
        var previous: String
        /// Ids of rules, ascending.
        var added: [String] = []
        var removed: [String] = []
        /// Subjects of the registry; nil where it has not changed.
        var subjects: Int?
    }

    /// How long a caller waits until the engine has applied what it proposed; the entry is durable long before.
    private let patience: Duration

    private struct Shared {
        var state: State
        var isProposing = false
        /// Entries submitted and neither durable nor refused.
        var inFlight = 0
        /// Position of the newest entry that became durable.
        var newest: Int64 = 0
        var failure: String?
        /// Nothing will be applied any more.
        var isClosed = false

        /// Whether the running set and registry are the last ones proposed.
        var isSettled: Bool { inFlight == 0 && newest <= state.position }
    }

    private let door: CommitQueue
    private let shared: Monitor<Shared>

    init(door: CommitQueue, metrics: [Metric], patience: Duration = .seconds(30)) {
        self.door = door
        self.patience = patience
        shared = Monitor(Shared(state: State(metrics: metrics)))
    }

    var now: State { shared.withLock { $0.state } }

    /// The engine has applied a rule set or registry.
    func note(applied ruleSet: RuleSet, _ registry: Registry, at position: Int64) {
        shared.change { ($0.state.ruleSet, $0.state.registry, $0.state.position) = (ruleSet, registry, position) }
    }

    func note(disk: Disk) { shared.withLock { $0.state.disk = disk } }

    func note(taken: String) { shared.withLock { $0.state.taken = taken } }

    func note(metrics: [Metric]) { shared.withLock { $0.state.metrics = metrics } }

    /// Entries for what differs from what runs, on the word of a person or, nil, of the files.
    func entries(
        for proposed: RuleSet?, _ registry: Registry?, by named: RuleSet.Activation?
    ) throws(PlatformError) -> [JournalEntry] {
        let running = now
        let refusal = Self.refusal(of: proposed, registry, over: running)
        if named == nil { shared.withLock { $0.state.refusal = refusal } }
        if let refusal { throw .configuration(refusal) }
        var entries: [JournalEntry] = []
        if let registry, registry != running.registry { entries.append(.registry(registry.encoded())) }
        guard let proposed else { return entries }
        if proposed.version != running.ruleSet.version || proposed.timing != running.ruleSet.timing
            || proposed.zones != running.ruleSet.zones
        {
            entries.append(.ruleSet(proposed.activated(named, timing: proposed.timing).encoded()))
        }
        return entries
    }

    /// Nothing never replaces something: an empty or unmounted directory would resolve every alarm, or leave thresholds
    /// without their limits.
    private static func refusal(of proposed: RuleSet?, _ registry: Registry?, over running: State) -> String? {
        let (rules, subjects) = (running.ruleSet.rules.count, running.registry.subjects.count)
        if let proposed, proposed.rules.isEmpty, rules > 0 {
            return "the directory has no rule, \(rules) are running: nothing changed"
        }
        if let registry, registry.subjects.isEmpty, subjects > 0 {
            return "the registry's directory is missing or has no subject, \(subjects) are registered: nothing changed"
        }
        // What could not be read again would end the platform, at every start.
        do throws(ByteReader.Failure) {
            if let proposed, proposed.version != running.ruleSet.version {
                _ = try RuleSet(decoding: proposed.encoded())
            }
            if let registry, registry != running.registry { _ = try Registry(decoding: registry.encoded()) }
        } catch {
            return "what the files say cannot be kept (\(error)): nothing changed; report it"
        }
        return nil
    }

    /// The running set again where its clock and tolerances are not the configured ones: they travel with it.
    func entry(for timing: Timing) -> JournalEntry? {
        let running = now.ruleSet
        guard !running.rules.isEmpty, running.timing != timing else { return nil }
        return .ruleSet(running.activated(running.activation, timing: timing).encoded())
    }

    /// Appends what differs and waits until the engine runs on it. An earlier proposal that is still on its way is
    /// waited for: what differs is judged against what will run, not against what runs by chance. `taken` is called once the
    /// engine runs on it, or where that is only a matter of time.
    func propose(
        _ proposed: RuleSet?, _ registry: Registry?, by named: RuleSet.Activation? = nil, taken: () -> Void = {}
    ) throws(PlatformError) -> Outcome {
        try propose(by: named, taken: taken) { (_) throws(PlatformError) in (proposed, registry) }
    }

    /// Likewise of what is chosen, or refused, by what runs once nothing is on its way.
    func propose(
        by named: RuleSet.Activation?, taken: () -> Void,
        choose: (State) throws(PlatformError) -> (RuleSet?, Registry?)
    ) throws(PlatformError) -> Outcome {
        let isFree = shared.wait(for: patience) { shared -> Bool? in
            if shared.isClosed { return false }
            guard !shared.isProposing, shared.isSettled else { return nil }
            (shared.isProposing, shared.failure) = (true, nil)
            return true
        }
        guard let isFree else { throw behind }
        guard isFree else { throw Self.stopping }
        defer { shared.change { $0.isProposing = false } }
        let before = now
        let (proposed, registry) = try choose(before)
        let entries = try entries(for: proposed, registry, by: named)
        for entry in entries { try submit(entry) }
        let failure = shared.wait(for: patience) { shared -> String?? in
            if let failure = shared.failure { return .some("the journal did not take it: \(failure)") }
            if shared.isSettled { return .some(nil) }
            return shared.isClosed ? .some("the platform is stopping: see what runs after its next start") : nil
        }
        guard let failure else {
            if shared.withLock({ $0.inFlight == 0 && $0.failure == nil }) { taken() }
            throw behind
        }
        if let failure { throw .stopped(failure) }
        taken()
        let after = now
        let (old, new) = (Set(before.ruleSet.rules.map(\.id)), Set(after.ruleSet.rules.map(\.id)))
        return Outcome(
            changed: entries.count, ruleSet: after.ruleSet.version, previous: before.ruleSet.version,
            added: new.subtracting(old).sorted(), removed: old.subtracting(new).sorted(),
            subjects: after.registry == before.registry ? nil : after.registry.subjects.count)
    }

    private func submit(_ entry: JournalEntry) throws(PlatformError) {
        shared.withLock { $0.inFlight += 1 }
        let isTaken = door.submit(entry) { [shared] result in
            shared.change { shared in
                shared.inFlight -= 1
                switch result {
                case .durable(let position, _): shared.newest = max(shared.newest, position)
                case .failed(let reason): shared.failure = reason
                }
            }
        }
        guard !isTaken else { return }
        shared.change { $0.inFlight -= 1 }
        throw Self.stopping
    }

    private static let stopping = PlatformError.stopped("the platform is busy or stopping: try again")

    /// A part of the platform has failed: who waits, and who comes yet, hears so at once.
    func close() { shared.change { $0.isClosed = true } }

    private var behind: PlatformError {
        .stopped(
            "not applied within \(patience.components.seconds) s: the engine is behind, or another change is under way; see fenghuo status"
        )
    }
}

extension RuleDesk.State {
    /// Of the files as last read; empty before that.
    var diskVersion: String {
        switch disk {
        case .valid(let version), .invalid(let version, _): version
        case .unread: ""
        }
    }

    var isDiskValid: Bool { if case .invalid = disk { false } else { true } }

    /// Why the platform is not well: the disk holds a set that cannot run.
    var complaint: String? {
        guard case .invalid(let version, let why) = disk else { return refusal }
        let what = version.isEmpty ? "what is" : version
        return "running rule set \(ruleSet.version); \(what) on disk is not valid: \(why)"
    }
}
