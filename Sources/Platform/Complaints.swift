import Logging
import Synchronization

/// What is not well though the platform goes on, by the part that says so; each part has one complaint at a time.
final class Complaints: Sendable {
    private let entries = Mutex<[(part: String, why: String)]>([])
    private let log: Logger

    /// - Parameter log: told when a part begins to complain and when it is well again; who cannot ask for the status finds it there.
    init(log: Logger) { self.log = log }

    /// Replaces what the part said before; nil: it is well again.
    func note(_ part: String, _ why: String?) {
        let wasSaid = entries.withLock { entries in
            let known = entries.firstIndex { $0.part == part }
            if let known { entries.remove(at: known) }
            if let why { entries.append((part, why)) }
            return known != nil
        }
        if let why, !wasSaid {
            log.warning("degraded: \(part): \(why)")
        } else if why == nil, wasSaid {
            log.notice("well again: \(part)")
        }
    }

    /// In the order in which they came up.
    var all: [String] { entries.withLock { $0.map { "\($0.part): \($0.why)" } } }

    /// Runs work that may fail without harm to what others rely on; a failure is shown until the next success.
    func attempt(_ part: String, _ work: () throws -> Void) {
        do {
            try work()
            note(part, nil)
        } catch {
            note(part, "\(error)")
        }
    }
}
