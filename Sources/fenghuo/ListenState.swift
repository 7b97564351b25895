import Delivery
import Foundation
import Journal

/// The file that keeps where `fenghuo listen` is in the feed, and of which topics: one process at a time, whole after any crash.
final class ListenState {
    private struct Kept: Codable {
        var place: FeedPlace
        /// nil: written by a version that did not keep them.
        var topics: [String]?

        private enum Key: String, CodingKey { case topics }

        init(_ place: FeedPlace, _ topics: [String]) { (self.place, self.topics) = (place, topics) }

        init(from decoder: any Decoder) throws {
            place = try FeedPlace(from: decoder)
            topics = try decoder.container(keyedBy: Key.self).decodeIfPresent([String].self, forKey: .topics)
        }

        func encode(to encoder: any Encoder) throws {
            try place.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(topics, forKey: .topics)
        }
    }

    /// Where the run before ended; nil at the first.
    let place: FeedPlace?
    private let topics: [String]
    private let path: String
    private let lock: Int32

    init(_ path: String, topics: [String]) throws {
        self.path = path
        self.topics = Set(topics).sorted()
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
        let kept: Kept?
        do {
            kept = try bytes.map { try JSONDecoder().decode(Kept.self, from: Data($0)) }
        } catch {
            throw Self.failure(
                "\(path) holds no place of a feed: restore it, or remove it to begin with the oldest alarm")
        }
        place = kept?.place
        guard let kept else { return }
        let before = kept.topics ?? self.topics
        guard before == self.topics else {
            throw Self.failure(
                "\(path) is the place of other topics (\(before.joined(separator: ", "))): what others have told until then would be passed "
                    + "over. Keep these in a file of their own, which begins with the oldest alarm")
        }
        if kept.topics == nil { try save(kept.place) }
    }

    deinit { close(lock) }

    /// A place has a sequence, an epoch and the leaves of the city's areas.
    private static let maximumBytes = 4 << 20

    /// On disk when it returns; a crash leaves the place before.
    func save(_ place: FeedPlace) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(Kept(place, topics)))
        do throws(JournalError) {
            try Files.replace(path, with: [bytes])
        } catch {
            throw Self.failure("cannot keep the place in the feed: \(error)")
        }
    }

    private static func failure(_ text: String) -> any Error { Exit.fail(text, Exit.ruleError) }
}
