/// The rule that a zone file ends with: `CST-8`, or `EST5EDT,M3.2.0,M11.1.0` where the clock changes twice a year.
struct ZoneRule {
    /// `M3.2.0/2`: the second Sunday of March at two o'clock; week 5 is the last of the month.
    private struct Change {
        var month: Int
        var week: Int
        /// 0 Sunday … 6 Saturday.
        var weekday: Int
        /// Seconds since midnight by the clock before the change; may lie on another day.
        var time: Int

        /// Days since 1970-01-01.
        func day(of year: Int) -> Int {
            let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            let firstWeekday = (first + 4) - floorDivide(first + 4, 7) * 7
            var day = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if day >= first + CivilDate.daysInMonth(year: year, month: month) { day -= 7 }
            return day
        }
    }

    /// Seconds east of Greenwich.
    private let standard: Int
    private let summer: (offset: Int, begin: Change, end: Change)?

    /// An empty text says nothing of the years to come. nil for other forms than those above: no zone has one.
    init?(_ text: some Sequence<UInt8>) {
        var rest = Array(text)[...]
        guard !rest.isEmpty else {
            (standard, summer) = (0, nil)
            return
        }
        guard Self.name(&rest), let west = Self.time(&rest) else { return nil }
        standard = -west
        guard !rest.isEmpty else {
            summer = nil
            return
        }
        guard Self.name(&rest) else { return nil }
        var offset = standard + 3600
        if rest.first != UInt8(ascii: ",") {
            guard let west = Self.time(&rest) else { return nil }
            offset = -west
        }
        guard let begin = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
        summer = (offset, begin, end)
    }

    /// Ascending; none where the clock never changes.
    func transitions(of year: Int) -> [ZoneTable.Transition] {
        guard let summer else { return [] }
        func transition(_ change: Change, from old: Int, to new: Int) -> ZoneTable.Transition {
            .init(from: change.day(of: year) * 86_400 + change.time - old, offsetSeconds: new)
        }
        return [
            transition(summer.begin, from: standard, to: summer.offset),
            transition(summer.end, from: summer.offset, to: standard),
        ].sorted { $0.from < $1.from }
    }

    /// Letters, or anything in angle brackets.
    private static func name(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]h[:mm[:ss]]` in seconds.
    private static func time(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard var seconds = number(&rest).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            guard let count = number(&rest), count < 60 else { return nil }
            seconds += count * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `,M3.2.0` with `/time` where it is not two o'clock.
    private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
        guard rest.starts(with: ",M".utf8) else { return nil }
        rest = rest.dropFirst(2)
        var numbers: [Int] = []
        for index in 0..<3 {
            if index > 0 {
                guard rest.first == UInt8(ascii: ".") else { return nil }
                rest = rest.dropFirst()
            }
            guard let number = number(&rest) else { return nil }
            numbers.append(number)
        }
        guard (1...12).contains(numbers[0]), (1...5).contains(numbers[1]), numbers[2] <= 6 else { return nil }
        var change = Change(month: numbers[0], week: numbers[1], weekday: numbers[2], time: 7200)
        if rest.first == UInt8(ascii: "/") {
            rest = rest.dropFirst()
            guard let time = time(&rest) else { return nil }
            change.time = time
        }
        return change
    }

    /// At most three digits.
    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix(3).prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
