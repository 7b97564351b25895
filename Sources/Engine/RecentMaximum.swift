import Events

/// The greatest number of the last span of time, of at most eight: later and smaller ones wait behind it.
///
/// A cell is eight pairs of a moment and a number, by time, numbers strictly falling; free pairs lie at the end. Where
/// eight are not enough, the last two become one with the greater number and the later moment: an alarm may then last
/// longer, never shorter.
struct RecentMaximum {
    static let capacity = 8
    static let words = capacity * 2
    private let cell: UnsafeMutablePointer<Int64>

    init(_ cell: UnsafeMutablePointer<Int64>) { self.cell = cell }

    private var count: Int {
        (0..<Self.capacity).first { cell[$0 * 2] == KeyCells.empty } ?? Self.capacity
    }

    /// Numbers are whole and small: counts and grades.
    var value: Double { cell[0] == KeyCells.empty ? 0 : Double(cell[1]) }

    func add(_ number: Int64, at time: Timestamp) {
        var kept = (0..<count).map { (time: cell[$0 * 2], number: cell[$0 * 2 + 1]) }
        let moment = time.microseconds
        guard !kept.contains(where: { $0.time >= moment && $0.number >= number }) else { return }
        kept.removeAll { $0.time <= moment && $0.number <= number }
        kept.insert((moment, number), at: kept.firstIndex { $0.time > moment } ?? kept.count)
        if kept.count > Self.capacity {
            let last = kept.removeLast()
            kept[kept.count - 1].time = last.time
        }
        store(kept)
    }

    /// Forgets what is older than the span; at a timer the span is over at its very end.
    func pass(_ time: Timestamp, within span: TimeSpan, isTimer: Bool) {
        let kept = (0..<count).map { (time: cell[$0 * 2], number: cell[$0 * 2 + 1]) }
        let alive = kept.filter {
            let age = time.microseconds - $0.time
            return isTimer ? age < span.microseconds : age <= span.microseconds
        }
        if alive.count < kept.count { store(alive) }
    }

    static func due(_ cell: UnsafePointer<Int64>, within span: TimeSpan) -> Timestamp? {
        cell[0] == KeyCells.empty ? nil : Timestamp(microseconds: cell[0]) + span
    }

    private func store(_ list: [(time: Int64, number: Int64)]) {
        for index in 0..<Self.capacity {
            cell[index * 2] = index < list.count ? list[index].time : KeyCells.empty
            cell[index * 2 + 1] = index < list.count ? list[index].number : KeyCells.empty
        }
    }
}
