import Events
import Foundation

/// The thread that looks at the files operators tune, twice a second, and has them read once they have come to rest.
final class RuleWatch: @unchecked Sendable {
    // @unchecked: `isStopping` is read and written under `condition`.
    private let condition = NSCondition()
    private var isStopping = false
    private let places: [String]
    private let take: @Sendable (RuleSource.Reading) -> Void
    private let read: @Sendable () -> RuleSource.Reading

    init(
        _ places: [String], read: @escaping @Sendable () -> RuleSource.Reading,
        take: @escaping @Sendable (RuleSource.Reading) -> Void
    ) {
        self.places = places
        self.read = read
        self.take = take
    }

    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    func run() {
        // The start may have read files that were just being written: they are looked at once more.
        var watch = QuietWatch(known: DirectoryScan([]), at: MonotonicClock.now())
        while !waitForStop() {
            let scan = DirectoryScan(places)
            guard watch.look(scan, at: MonotonicClock.now()) == .read else { continue }
            let reading = read()
            // Files that changed while they were read are read again once quiet.
            guard DirectoryScan(places) == scan else { continue }
            watch.note(read: scan)
            take(reading)
        }
    }

    private func waitForStop() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let next = Date(timeIntervalSinceNow: 0.5)
        while !isStopping { if !condition.wait(until: next) { break } }
        return isStopping
    }
}
