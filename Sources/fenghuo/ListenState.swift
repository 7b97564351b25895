import Delivery
import Foundation
import Journal

/// The file that keeps where `fenghuo listen` is in the feed: one process at a time, whole after any crash.
final class ListenState {
    /// Where the run before ended; nil at the first.
    let place: FeedPlace?
    private let path: String
    private let lock: Int32

    init(_ path: String) throws {
        self.path = path
        lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.failure("cannot write \(path).lock: \(String(cString: strerror(errno)))") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw Self.failure("another fenghuo listen keeps its place in \(path): give each a file of its own")
        }
        let bytes: [UInt8]?
        do throws(JournalError) {
            bytes = try Files.read(path, upTo: Self.maximumBytes)
        } catch {
            throw Self.failure("the place in the feed cannot be read: \(error)")
        }
        do {
            place = try bytes.map { try JSONDecoder().decode(FeedPlace.self, from: Data($0)) }
        } catch {
            throw Self.failure(
                "\(path) holds no place of a feed: restore it, or remove it to begin with the oldest alarm")
        }
    }

    deinit { close(lock) }

    /// A place has a sequence, an epoch and the leaves of the city's areas.
    private static let maximumBytes = 4 << 20

    /// On disk when it returns; a crash leaves the place before.
    func save(_ place: FeedPlace) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(place))
        do throws(JournalError) {
            try Files.replace(path, with: [bytes])
        } catch {
            throw Self.failure("cannot keep the place in the feed: \(error)")
        }
    }

    private static func failure(_ text: String) -> any Error { Exit.fail(text, Exit.ruleError) }
}
