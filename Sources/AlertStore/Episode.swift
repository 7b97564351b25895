import Events
import GRDB

/// One run of a rule for one key, as it stands: an alarm with its latest state.
public struct Episode: Equatable, Sendable {
    public var id: DecisionID
    public var rule: String
    public var ruleVersion: String
    public var domain: String
    public var titleZh: String
    public var titleEn: String
    public var lead: String
    public var runbook: String
    /// `value` or `no_data`.
    public var about: String
    public var key: String
    public var subject: String
    /// Chinese names as the notice of the raise gave them; empty where they are unknown or the raise was not sent.
    public var subjectName: String
    public var area: String
    public var areaName: String
    /// Of the value that decides; empty where it has none.
    public var unit: String
    /// nil once resolved.
    public var level: Level?
    public var peak: Level
    /// Why it was resolved; empty while open.
    public var reason: String
    public var started: Timestamp
    public var updated: Timestamp
    public var resolved: Timestamp?
    public var exercise: Bool
    /// Nothing of it was decided outside the sandbox.
    public var sandbox: Bool
    /// Something of it was sent.
    public var announced: Bool
    /// Why its newest transition was not sent (`sandbox`, `inhibited`, `muted`); empty where it was.
    public var withheld: String
    /// nil and empty where nobody has acknowledged it.
    public var acknowledged: Timestamp?
    public var acknowledgedBy: String
    /// Nobody answered in time, or handled it in time: it was said so.
    public var unacknowledged: Bool
    public var unhandled: Bool
    /// Its level changes too often to tell each change.
    public var flapping: Bool

    static let columns = """
        position, ordinal, rule, version, domain, title_zh, title_en, lead, runbook, about, key, subject, area, unit,
        \(announced("subject.name")) AS subject_name, \(announced("area.name")) AS area_name,
        level, peak, reason, started, updated, resolved, exercise, sandbox, announced, withheld, acknowledged, acknowledged_by,
        \(said("transition = 'unacknowledged'")) AS unacknowledged, \(said("transition = 'unhandled'")) AS unhandled,
        ifnull((SELECT transition FROM transitions WHERE episode_position = episodes.position
            AND episode_ordinal = episodes.ordinal AND transition NOT IN ('acknowledged', 'unacknowledged', 'unhandled')
            ORDER BY position DESC, ordinal DESC LIMIT 1), '') = 'flapping_started' AS flapping
        """

    private static func announced(_ field: String) -> String {
        """
        ifnull((SELECT json_extract(body, '$.\(field)') FROM notices
            WHERE position = episodes.position AND ordinal = episodes.ordinal), '')
        """
    }

    private static func said(_ what: String) -> String {
        """
        EXISTS(SELECT 1 FROM transitions WHERE episode_position = episodes.position
            AND episode_ordinal = episodes.ordinal AND \(what))
        """
    }

    init(_ row: Row) throws {
        id = try DecisionID(position: row.decode(forColumn: "position"), ordinal: row.decode(forColumn: "ordinal"))
        rule = try row.decode(forColumn: "rule")
        ruleVersion = try row.decode(forColumn: "version")
        domain = try row.decode(forColumn: "domain")
        titleZh = try row.decode(forColumn: "title_zh")
        titleEn = try row.decode(forColumn: "title_en")
        lead = try row.decode(forColumn: "lead")
        runbook = try row.decode(forColumn: "runbook")
        about = try row.decode(forColumn: "about")
        key = try row.decode(forColumn: "key")
        subject = try row.decode(forColumn: "subject")
        subjectName = try row.decode(forColumn: "subject_name")
        area = try row.decode(forColumn: "area")
        areaName = try row.decode(forColumn: "area_name")
        unit = try row.decode(forColumn: "unit")
        level = try (row.decode(forColumn: "level") as UInt8?).map(storedLevel)
        peak = try storedLevel(row.decode(forColumn: "peak"))
        reason = try row.decode(forColumn: "reason")
        started = try Timestamp(microseconds: row.decode(forColumn: "started"))
        updated = try Timestamp(microseconds: row.decode(forColumn: "updated"))
        resolved = (try row.decode(forColumn: "resolved") as Int64?).map(Timestamp.init(microseconds:))
        exercise = try row.decode(forColumn: "exercise")
        sandbox = try row.decode(forColumn: "sandbox")
        announced = try row.decode(forColumn: "announced")
        withheld = try row.decode(forColumn: "withheld")
        acknowledged = (try row.decode(forColumn: "acknowledged") as Int64?).map(Timestamp.init(microseconds:))
        acknowledgedBy = try row.decode(forColumn: "acknowledged_by")
        unacknowledged = try row.decode(forColumn: "unacknowledged")
        unhandled = try row.decode(forColumn: "unhandled")
        flapping = try row.decode(forColumn: "flapping")
    }
}

/// A level column; anything but 1…4 means a damaged file.
func storedLevel(_ rank: UInt8) throws -> Level {
    guard let level = Level(rawValue: rank) else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "level \(rank)")
    }
    return level
}
