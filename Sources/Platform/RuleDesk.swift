import Engine
import Events
import Foundation
import Ingest

/// What runs, what lies on disk, and the way from one to the other: through the journal, one proposal at a time.
final class RuleDesk: @unchecked Sendable {
    // @unchecked: every field is read and written under `condition`.

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
    }

    /// What became of a proposal.
    struct Outcome: Equatable, Sendable {
        /// Entries appended; 0: the files say what runs already.
        var changed = 0
        var ruleSet: String
        var previous: String
    }

    /// How long a caller waits until the engine has applied what it proposed; the entry is durable long before.
    static let patience: TimeInterval = 30

    private let condition = NSCondition()
    private let door: CommitQueue
    private var state: State
    private var isProposing = false
    /// Of the entries proposed last: positions that became durable, or why they did not.
    private var durable: [Int64] = []
    private var failure: String?

    init(door: CommitQueue, metrics: [Metric]) {
        self.door = door
        state = State(metrics: metrics)
    }

    var now: State { locked { state } }

    /// The engine has applied a rule set or registry.
    func note(applied ruleSet: RuleSet, _ registry: Registry, at position: Int64) {
        locked {
            (state.ruleSet, state.registry, state.position) = (ruleSet, registry, position)
            condition.broadcast()
        }
    }

    func note(disk: Disk) { locked { state.disk = disk } }

    func note(metrics: [Metric]) { locked { state.metrics = metrics } }

    /// Entries for what differs from what runs. A set without rules never replaces one that has some: an empty or
    /// unmounted directory would resolve every alarm.
    func entries(
        for proposed: RuleSet?, _ registry: Registry?, by named: RuleSet.Activation?
    ) throws(PlatformError) -> [JournalEntry] {
        let running = now
        var entries: [JournalEntry] = []
        if let registry, registry != running.registry { entries.append(.registry(registry.encoded())) }
        guard let proposed else { return entries }
        guard !proposed.rules.isEmpty || running.ruleSet.rules.isEmpty else {
            throw .configuration(
                "the directory has no rule, \(running.ruleSet.rules.count) are running: nothing changed")
        }
        if proposed.version != running.ruleSet.version || proposed.timing != running.ruleSet.timing {
            entries.append(.ruleSet(proposed.activated(named, timing: proposed.timing).encoded()))
        }
        return entries
    }

    /// Appends what differs and waits until the engine runs on it.
    func propose(
        _ proposed: RuleSet?, _ registry: Registry?, by named: RuleSet.Activation? = nil
    ) throws(PlatformError) -> Outcome {
        begin()
        defer { end() }
        let previous = now.ruleSet.version
        let entries = try entries(for: proposed, registry, by: named)
        for entry in entries {
            let isTaken = door.submit(entry) { [self] result in
                locked {
                    switch result {
                    case .durable(let position, _): durable.append(position)
                    case .failed(let reason): failure = reason
                    }
                    condition.broadcast()
                }
            }
            guard isTaken else { throw .stopped("the platform is busy or stopping: try again") }
        }
        try awaitApplied(entries.count)
        return Outcome(changed: entries.count, ruleSet: now.ruleSet.version, previous: previous)
    }

    private func begin() {
        locked {
            while isProposing { condition.wait() }
            isProposing = true
            durable = []
            failure = nil
        }
    }

    private func end() {
        locked {
            isProposing = false
            condition.broadcast()
        }
    }

    private func awaitApplied(_ count: Int) throws(PlatformError) {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        let (refusal, hasApplied) = locked { () -> (String?, Bool) in
            while failure == nil, !isApplied(count) { if !condition.wait(until: deadline) { break } }
            return (failure, isApplied(count))
        }
        if let refusal { throw .stopped("the journal did not take it: \(refusal)") }
        guard hasApplied else {
            throw .stopped("not applied within \(Int(Self.patience)) s: the engine is behind; see fenghuo status")
        }
    }

    /// Under the lock.
    private func isApplied(_ count: Int) -> Bool {
        durable.count == count && (durable.max() ?? 0) <= state.position
    }

    private func locked<T>(_ body: () -> T) -> T {
        condition.lock()
        defer { condition.unlock() }
        return body()
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

    /// Why the platform is not well: the disk holds a set that cannot run.
    var complaint: String? {
        guard case .invalid(let version, let why) = disk else { return nil }
        return "running rule set \(ruleSet.version); \(version) on disk is not valid: \(why)"
    }
}
