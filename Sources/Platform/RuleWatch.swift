import Messaging

/// The thread that looks at the files operators tune, twice a second, and has them read once they have come to rest.
final class RuleWatch: Sendable {
    private let isStopping = Monitor(false)
    private let places: [String]
    /// False where it must be tried again: the platform was too busy to hear of it.
    private let take: @Sendable (RuleSource.Reading) -> Bool
    private let read: @Sendable () -> RuleSource.Reading
    /// Whether there are more files than are looked at.
    private let noteCut: @Sendable (Bool) -> Void

    init(
        _ places: [String], read: @escaping @Sendable () -> RuleSource.Reading,
        take: @escaping @Sendable (RuleSource.Reading) -> Bool, noteCut: @escaping @Sendable (Bool) -> Void
    ) {
        self.places = places
        self.read = read
        self.take = take
        self.noteCut = noteCut
    }

    func stop() { isStopping.change { $0 = true } }

    func run() {
        // The start may have read files that were just being written: they are looked at once more.
        var watch = QuietWatch(known: DirectoryScan([]), at: BootClock.now())
        while !waitForStop() {
            let scan = DirectoryScan(places)
            noteCut(scan.isCut)
            guard watch.look(scan, at: BootClock.now()) == .read else { continue }
            let reading = read()
            // Files that changed while they were read are read again once quiet.
            guard DirectoryScan(places) == scan else { continue }
            if take(reading) { watch.note(read: scan) }
        }
    }

    /// Half a second, or less where it is to stop.
    private func waitForStop() -> Bool { isStopping.wait(for: .milliseconds(500)) { $0 ? true : nil } ?? false }
}
