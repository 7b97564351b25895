import AlertStore
import Engine
import Events

/// What the platform answers to a request about an alarm.
public struct RequestAnswer: Codable, Sendable {
    /// Whether the alarm is now as was asked.
    public var ok: Bool
    /// `accepted`, `already_acknowledged`, `over`, `lost` (stored as open, and none to the engine since an upgrade), `unknown` (no
    /// alarm has this id), `refused` (the request lacks something), `unavailable`.
    public var code: String
    /// Of the alarm that the answer is about: since an upgrade another id than was asked may be its own.
    public var episode: String
    /// Of the request in the journal; nil where it was not taken.
    public var position: Int64?
    /// The key was decided before: this is that answer again.
    public var repeated = false
    public var rule: String?
    public var key: String?
    /// nil once the alarm is over.
    public var level: String?
    public var acknowledgedBy: String?
    public var acknowledgedAt: String?
    public var resolvedAt: String?
    public var why: String?

    init(ok: Bool = false, code: String, episode: String, why: String? = nil) {
        (self.ok, self.code, self.episode, self.why) = (ok, code, episode, why)
    }

    /// The engine's decision, in the words of what the store knows of the alarm.
    init(_ outcome: RequestOutcome, _ id: DecisionID, _ episode: Episode?) {
        let code =
            switch outcome.verdict {
            case .accepted, .alreadyAcknowledged, .malformed: outcome.verdict.name
            case .notOpen: episode.map { $0.resolved == nil ? "lost" : "over" } ?? "unknown"
            }
        self.init(ok: outcome.verdict == .accepted, code: code, episode: (episode?.id ?? id).text)
        position = outcome.position
        repeated = outcome.isRepeat
        guard let episode else { return }
        (rule, key, level) = (episode.rule, episode.key, episode.level?.name)
        acknowledgedBy = episode.acknowledged == nil ? nil : episode.acknowledgedBy
        acknowledgedAt = episode.acknowledged?.formatted()
        resolvedAt = episode.resolved?.formatted()
    }
}
