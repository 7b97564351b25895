import Events

/// Subjects that events name and the registry does not know: the first so many by name, the rest by number.
///
/// They are allowed; the list is for whoever keeps the registry. It begins anew with each registry.
struct Strangers {
    struct Stranger: Equatable, Sendable {
        var subject: String
        /// Number of the source that sent it last.
        var source: Int
        var events: UInt64
        var lastReceived: Timestamp
    }

    /// Most that are listed: a page to work off, not a copy of the city.
    static let maximum = 200

    private var names = StringTable(minimumBuckets: 2 * maximum)
    private(set) var listed: [Stranger] = []
    /// Events of subjects beyond the list.
    private(set) var unlisted: UInt64 = 0

    mutating func note(_ subject: Text, source: Int, at now: Timestamp) {
        if let number = names.find(subject.bytes) {
            listed[Int(number)].events += 1
            listed[Int(number)].source = source
            listed[Int(number)].lastReceived = now
            return
        }
        guard listed.count < Self.maximum else {
            unlisted += 1
            return
        }
        _ = names.intern(subject.bytes)
        listed.append(Stranger(subject: subject.string, source: source, events: 1, lastReceived: now))
    }
}
