import CivilTime
import Events

/// Calendars: outside its active time a rule is evaluated and says nothing new; on the clock of `received`.
extension Engine {
    /// A calendar with its zone's table.
    struct ZonedCalendar: Sendable {
        var calendar: Rule.Calendar
        var zone: ZoneTable
    }

    mutating func resolveCalendars() {
        for rule in runtimes.indices {
            runtimes[rule].calendar = runtimes[rule].rule.active.map { calendar in
                guard let zone = ruleSet.zones.first(where: { $0.name == calendar.zone }) else {
                    preconditionFailure("a rule set has the table of each zone that it names: \(calendar.zone)")
                }
                return ZonedCalendar(calendar: calendar, zone: zone)
            }
        }
    }

    func isMuted(_ rule: Int) -> Bool {
        guard let zoned = runtimes[rule].calendar else { return false }
        return !zoned.calendar.isActive(at: received, in: zoned.zone)
    }

    /// Whether others may be told once the rule's active time ends, in which it explains them.
    func explainsByCalendar(_ rule: Int) -> Bool {
        runtimes[rule].calendar != nil && !runtimes[rule].inhibited.isEmpty && !runtimes[rule].open.isEmpty
    }

    /// Something waits for the rule's active time to begin, or to end: the clock will look then.
    mutating func armCalendar(_ rule: Int) {
        guard runtimes[rule].calendarDue == .distantFuture, let zoned = runtimes[rule].calendar else { return }
        var due = zoned.calendar.nextStart(after: received, in: zoned.zone)
        if explainsByCalendar(rule) { due = min(due, zoned.calendar.nextEnd(after: received, in: zoned.zone)) }
        guard due != .distantFuture else { return }
        runtimes[rule].calendarDue = due
        pushReceived(EngineTimer(due: due, rule: Int32(rule), slot: -1))
    }

    /// The active time has begun, or ended; after an outage it may be otherwise again.
    mutating func checkCalendar(_ timer: EngineTimer) {
        runtimes[Int(timer.rule)].calendarDue = .distantFuture
        queueRelease(of: timer.rule)
        for other in runtimes[Int(timer.rule)].inhibited { queueRelease(of: other) }
        if explainsByCalendar(Int(timer.rule)) { armCalendar(Int(timer.rule)) }
    }
}
