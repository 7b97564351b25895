import Events
import Journal
import Synchronization

/// The stamps of the journal under the wall clock: they never go back, and do not follow a wall clock that leaps.
///
/// The wall is compared with a monotonic clock that also counts while the machine sleeps. A wall that gains or loses more
/// than `largestStep` between two stamps was set by somebody: stamps then go on at the monotonic clock's pace, until the
/// wall is back within that distance or the platform starts anew. A start with stamps that are ahead of the wall waits
/// for it: they stand still. A wall that is known to be behind, since stamps are ahead of it or it was never set, is followed
/// when somebody sets it: `accept`.
struct StampClock {
    /// Above what a time service corrects by itself, below what turns live readings into late ones unnoticed.
    static let largestStep = TimeSpan.seconds(60)

    private(set) var last: Timestamp
    /// How far the wall is ahead of what the stamps follow, negative where behind; nil where they follow the wall.
    private(set) var held: TimeSpan?
    /// How far the stamps are ahead of the wall that they follow.
    private var lead = TimeSpan.zero
    /// Whether the stamps wait for the wall, since they were more than `largestStep` ahead of it.
    private var isWaiting = false
    /// The last moment at which the wall was believed.
    private var believed: (wall: Timestamp, monotonic: Timestamp)?
    /// The monotonic moment of the newest stamp.
    private var stamped: Timestamp?

    init(last: Timestamp) { self.last = last }

    mutating func stamp(wall: Timestamp, monotonic: Timestamp) -> Timestamp {
        stamped = monotonic
        var now = wall
        if let believed {
            let expected = believed.wall + (monotonic - believed.monotonic)
            if wall - expected > Self.largestStep || expected - wall > Self.largestStep {
                held = wall - expected
                now = expected
            } else {
                held = nil
            }
        }
        if held == nil { believed = (wall, monotonic) }
        last = max(last, now)
        lead = last - now
        isWaiting = lead > (isWaiting ? .zero : Self.largestStep)
        return last
    }

    /// Follows a wall that was set right, where it is known to have been behind; gives how far it leads the stamps now. nil where no such
    /// thing has happened.
    mutating func accept(wall: Timestamp, monotonic: Timestamp) -> TimeSpan? {
        guard let believed, isWaiting || believed.wall < Journal.earliestStamp,
            wall - (believed.wall + (monotonic - believed.monotonic)) > Self.largestStep
        else { return nil }
        self.believed = (wall, monotonic)
        return max(.zero, wall - last)
    }

    /// Where events are the clock: the newest of them.
    mutating func follow(_ newest: Timestamp?) -> Timestamp {
        if let newest { last = max(last, newest) }
        return last
    }

    /// How long nothing was stamped, where that is longer than `limit`: the process stood still and heard nobody.
    func deafness(monotonic: Timestamp, limit: TimeSpan) -> TimeSpan? {
        guard let stamped, monotonic - stamped > limit else { return nil }
        return monotonic - stamped
    }

    /// What the operator is told.
    var complaint: String? {
        if let held {
            let seconds = held.microseconds / 1_000_000
            return
                "the wall clock leapt \(seconds < 0 ? "behind" : "ahead of") the machine's clock by \(abs(seconds)) s; "
                + "stamps do not follow: set it right, or restart to accept it"
        }
        guard lead > Self.largestStep else { return nil }
        return
            "the journal's newest stamp is ahead of the wall clock; stamps stand still until \(last.formatted()), or until it is set right"
    }
}

/// What the stamps will say, for the door, which judges an event's time by it: the newest one and the time since then, whatever the wall is
/// set to meanwhile. The wall before the first.
final class FollowedClock: Sendable {
    private static let none = Int64.min
    /// Microseconds from the monotonic clock to the stamps.
    private let offset = Atomic<Int64>(none)

    func follow(_ stamp: Timestamp, monotonic: Timestamp) {
        offset.store((stamp - monotonic).microseconds, ordering: .relaxed)
    }

    /// The wall, where the stamps follow it and it is one that was set; nil as well before the first stamp, and where events are the clock.
    func right(wall: Timestamp, monotonic: Timestamp) -> Timestamp? {
        let offset = offset.load(ordering: .relaxed)
        guard offset != Self.none, wall >= Journal.earliestStamp else { return nil }
        let stamp = monotonic + TimeSpan(microseconds: offset)
        return max(stamp - wall, wall - stamp) > StampClock.largestStep ? nil : wall
    }

    func now(
        wall: @autoclosure () -> Timestamp = WallClock.now(), monotonic: @autoclosure () -> Timestamp = BootClock.now()
    ) -> Timestamp {
        let offset = offset.load(ordering: .relaxed)
        return offset == Self.none ? wall() : monotonic() + TimeSpan(microseconds: offset)
    }
}
