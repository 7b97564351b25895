import AlertStore
import Events
import Foundation

/// A notice as the platform above takes it: a report of category `alarm`, CloudEvents JSON; docs/wire.md, "Forwarded alarms".
struct AlarmEvent: Encodable {
    struct Report: Encodable {
        var category = "alarm"
        var area: String
        var lon: Double?
        var lat: Double?
        var about: String
        var transition: String
        var reason: String?
        var level: String?
        var rank: Int
        var previous: String?
        var peak: String
        var score: Double?
        var domain: String
        var rule: String
        var titleZh: String
        var titleEn: String
        var episode: String
        var key: String?
        var subjectName: String?
        var measured: String?
        var measuredValue: Double?
        var measuredUnit: String?
        var compare: String?
        var threshold: Double?
        var startedAt: String
        var decidedAt: String
        var backfill: Bool
        var by: String?
        /// Free text of a person: restricted at the receiver, as in any report.
        var text: String?
        var escalateTo: String?
        var lead: String?
        var messageZh: String
        var messageEn: String
    }

    var specversion = "1.0"
    var id: String
    var source: String
    var type = "report"
    var subject: String?
    var time: String
    /// The platforms that the matter has passed, this one last, with blanks between.
    var via: String
    var data: Report

    /// `area` stands in where the alarm has none.
    init(_ notice: Notice, source: String, area: String, via: String) {
        id = notice.id
        self.source = source
        // A key may be any text of an event, also a caller's number, which the platform above refuses for a subject.
        let key = notice.key.flatMap { looksPersonal($0) ? nil : $0 }
        subject = (notice.subject?.id ?? key).flatMap { $0.utf8.count <= Limits.stringBytes ? $0 : nil }
        time = notice.at
        self.via = via
        data = Report(
            area: notice.area?.code ?? area, lon: notice.location?.lon, lat: notice.location?.lat, about: notice.about,
            transition: notice.transition, reason: notice.reason, level: notice.level, rank: notice.rank,
            previous: notice.previous, peak: notice.peak, score: notice.score, domain: bounded(notice.domain),
            rule: notice.rule.id, titleZh: bounded(notice.title.zh), titleEn: bounded(notice.title.en),
            episode: notice.episode, key: key.map { bounded($0) },
            subjectName: notice.subject?.name.map { bounded($0) },
            measured: notice.metric, measuredValue: notice.value, measuredUnit: notice.unit, compare: notice.compare,
            threshold: notice.threshold, startedAt: notice.startedAt, decidedAt: notice.decidedAt,
            backfill: notice.backfill, by: notice.by.map { bounded($0) },
            text: notice.note.map { bounded($0, Limits.textBytes) },
            escalateTo: notice.escalateTo.map { bounded($0.joined(separator: ", ")) },
            lead: notice.owner.map { bounded($0.lead) }, messageZh: bounded(notice.message.zh),
            messageEn: bounded(notice.message.en))
    }

    /// With its line end.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("texts and finite numbers encode: \(error)")
        }
    }
}

/// Cut at a character to what a field takes.
private func bounded(_ text: String, _ bytes: Int = Limits.stringBytes) -> String {
    var kept = Substring(text)
    while kept.utf8.count > bytes { kept = kept.dropLast(max(1, (kept.utf8.count - bytes) / 4)) }
    return String(kept)
}
