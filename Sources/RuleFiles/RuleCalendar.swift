import CivilTime
import Engine
import StrictYAML

/// `active`: when a rule's alarms are told.
extension RuleReader {
    static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    func calendar(_ item: YAMLItem) -> Rule.Calendar? {
        guard let fields = item.fields(RuleKeys.active) else { return nil }
        var calendar = Rule.Calendar()
        let zone = fields.read("zone", or: calendar.zone) { readZone($0) }
        let weekdays = fields.read("weekdays", or: calendar.weekdays) { readWeekdays($0) }
        let hours = fields.read("hours", or: calendar.hours) {
            several($0, atMost: Rule.Calendar.maximumHours) { readHours($0) }
        }
        let season = fields.read("season", or: calendar.season) { readDays($0) }
        let except = fields.read("except", or: []) { several($0, atMost: Rule.Calendar.maximumDays) { readDays($0) } }
        let also = fields.read("also", or: []) { several($0, atMost: Rule.Calendar.maximumDays) { readDays($0) } }
        guard let zone, let weekdays, let hours, let season, let except, let also else { return nil }
        (calendar.zone, calendar.weekdays, calendar.hours) = (zone, weekdays, hours)
        (calendar.season, calendar.except, calendar.also) = (season, except, also)
        guard calendar.everHolds else {
            item.report(
                .neverActive, "there is no moment at which the rule is active, so nothing is ever told",
                help: "a rule that is not to be sent is 'status: sandbox'")
            return nil
        }
        return calendar
    }

    private func readZone(_ item: YAMLItem) -> String? {
        guard let name = item.string() else { return nil }
        guard let flaw = ZoneFiles.system.flaw(of: name) else { return name }
        item.report(.unknownZone, flaw.message, help: flaw.help)
        return nil
    }

    /// A single value, or a list of them; nil where one is wrong.
    private func several<T>(_ item: YAMLItem, atMost bound: Int, _ read: (YAMLItem) -> T?) -> [T]? {
        guard item.scalar == nil else { return read(item).map { [$0] } }
        guard let items = item.items(atMost: bound) else { return nil }
        let all = items.map(read)
        return all.contains { $0 == nil } ? nil : all.compactMap { $0 }
    }

    /// `mon-fri`, `[sat, sun]`, `fri-mon`: bit 0 is Monday.
    private func readWeekdays(_ item: YAMLItem) -> UInt8? {
        several(item, atMost: 7) { item -> UInt8? in
            guard let text = item.string() else { return nil }
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            let days = ends.map { Self.weekdays.firstIndex(of: $0) }
            guard (1...2).contains(days.count), let first = days[0], let last = days[days.count - 1] else {
                let near = ends.map { String($0.drop { $0 == " " }.lowercased().prefix(3)) }
                let areNear = (1...2).contains(near.count) && near.allSatisfy(Self.weekdays.contains)
                item.report(
                    .badCalendar, "'\(text)' is no day of the week, nor two of them",
                    help: areNear ? "write '\(near.joined(separator: "-"))'" : "write it like mon-fri, or [sat, sun]")
                return nil
            }
            return (0...((last - first + 7) % 7)).reduce(UInt8(0)) { $0 | 1 << UInt8((first + $1) % 7) }
        }?.reduce(0, |)
    }

    /// `08:00-20:00`; `22:00-06:00` goes over midnight.
    private func readHours(_ item: YAMLItem) -> Rule.Calendar.Hours? {
        guard let text = item.string() else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minutes)
        guard ends.count == 2, let from = ends[0], let until = ends[1], from < 1440 else {
            item.report(
                .badCalendar, "'\(text)' is no stretch of a day", help: "write it like 08:00-20:00, or 22:00-06:00")
            return nil
        }
        return Rule.Calendar.Hours(from: from, until: until)
    }

    /// Of `08:30`, since midnight; 24:00 is the end of the day.
    private static func minutes(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hours = Int(text.prefix(2)),
            let minutes = Int(text.suffix(2)), (0...59).contains(minutes), (0...1440).contains(hours * 60 + minutes)
        else { return nil }
        return hours * 60 + minutes
    }

    /// `2026-10-01`, or `2026-10-01..2026-10-07`, both included.
    private func readDays(_ item: YAMLItem) -> Rule.Calendar.Days? {
        guard let text = item.string() else { return nil }
        let dots = text.firstRange(of: "..")
        let first = Self.day(dots.map { text[..<$0.lowerBound] } ?? text[...])
        let last = Self.day(dots.map { text[$0.upperBound...] } ?? text[...])
        guard let first, let last, first <= last else {
            item.report(
                .badCalendar, "'\(text)' is no day, nor a first and a last one",
                help: "write it like 2026-10-01, or 2026-10-01..2026-10-07")
            return nil
        }
        return Rule.Calendar.Days(first: first, last: last)
    }

    /// Since 1970-01-01.
    private static func day(_ text: Substring) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard parts.map(\.utf8.count) == [4, 2, 2], numbers.count == 3, numbers[0] >= 0,
            CivilDate.isValid(year: numbers[0], month: numbers[1], day: numbers[2])
        else { return nil }
        return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).daysSinceEpoch
    }
}
