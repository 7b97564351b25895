import Events
import Journal
import Testing

@testable import Platform

struct StampClockTests {
    /// Of days on which clocks are set.
    func at(_ seconds: Double) -> Timestamp {
        Journal.earliestStamp + TimeSpan(microseconds: Int64((seconds * 1_000_000).rounded()))
    }

    @Test func `a step of 60 s is followed, one microsecond more is not`() {
        var clock = StampClock(last: at(0))
        #expect(clock.stamp(wall: at(1000), monotonic: at(1)) == at(1000))
        #expect(clock.stamp(wall: at(1061), monotonic: at(2)) == at(1061))
        #expect(clock.held == nil && clock.complaint == nil)
        #expect(clock.stamp(wall: at(1122.000001), monotonic: at(3)) == at(1062))
        #expect(clock.held == .seconds(60) + TimeSpan(microseconds: 1))
        #expect(clock.complaint?.contains("60 s") == true)
    }

    @Test func `a held step lets stamps go on with the machine's clock until the wall is right again`() {
        var clock = StampClock(last: at(0))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        for second in 1...600 {
            let stamp = clock.stamp(wall: at(864_000 + Double(second)), monotonic: at(Double(second)))
            #expect(stamp == at(1000 + Double(second)))
        }
        #expect(clock.held != nil)
        #expect(clock.stamp(wall: at(1602), monotonic: at(601)) == at(1602))
        #expect(clock.held == nil)
    }

    @Test func `stamps never go back`() {
        var clock = StampClock(last: at(5000))
        #expect(clock.stamp(wall: at(1000), monotonic: at(0)) == at(5000))
        #expect(clock.stamp(wall: at(1001), monotonic: at(1)) == at(5000))
        #expect(clock.held == nil)
        #expect(clock.complaint?.contains("stand still until \(at(5000).formatted())") == true)
        #expect(clock.stamp(wall: at(4940), monotonic: at(3940)) == at(5000))
        #expect(clock.complaint == nil)
    }

    @Test func `a wall that loses 60 s is waited for, one that loses more is not followed`() {
        var clock = StampClock(last: at(0))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        #expect(clock.stamp(wall: at(941), monotonic: at(1)) == at(1000))
        #expect(clock.held == nil)
        #expect(clock.stamp(wall: at(881.999999), monotonic: at(2)) == at(1000))
        #expect(clock.held == TimeSpan(microseconds: -60_000_001))
        #expect(clock.complaint?.contains("behind the machine's clock by 60 s") == true)
        #expect(clock.stamp(wall: at(900), monotonic: at(100)) == at(1040))
        #expect(clock.stamp(wall: at(1041), monotonic: at(101)) == at(1041))
        #expect(clock.held == nil)
    }

    @Test func `the door judges by what the stamps will say, whatever the wall is set to`() {
        let clock = FollowedClock()
        #expect(clock.now(wall: at(1000), monotonic: at(5)) == at(1000))
        clock.follow(at(1000), monotonic: at(5))
        #expect(clock.now(wall: at(864_000), monotonic: at(6)) == at(1001))
        clock.follow(at(700), monotonic: at(7))
        #expect(clock.now(wall: at(864_000), monotonic: at(7.5)) == at(700.5))
    }

    @Test func `a wall is right that was set, and that the stamps follow`() {
        let clock = FollowedClock()
        #expect(clock.right(wall: at(1000), monotonic: at(5)) == nil)
        clock.follow(at(1000), monotonic: at(5))
        for apart in [-60.0, 0, 60] {
            #expect(clock.right(wall: at(1001 + apart), monotonic: at(6)) == at(1001 + apart))
        }
        for apart in [-60.000001, 60.000001] {
            #expect(clock.right(wall: at(1001 + apart), monotonic: at(6)) == nil)
        }
        let unset = Journal.earliestStamp - TimeSpan(microseconds: 1)
        clock.follow(unset, monotonic: at(7))
        #expect(clock.right(wall: unset, monotonic: at(7)) == nil)
        #expect(clock.right(wall: Journal.earliestStamp, monotonic: at(7)) == Journal.earliestStamp)
    }

    @Test func `a stop of the process is no step of the wall, and is told as deafness beyond the limit`() {
        var clock = StampClock(last: at(0))
        #expect(clock.deafness(monotonic: at(9999), limit: .seconds(60)) == nil)
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        #expect(clock.deafness(monotonic: at(60), limit: .seconds(60)) == nil)
        #expect(
            clock.deafness(monotonic: at(60.000001), limit: .seconds(60)) == .seconds(60) + TimeSpan(microseconds: 1))
        #expect(clock.stamp(wall: at(1072), monotonic: at(72)) == at(1072))
        #expect(clock.held == nil)
    }

    @Test func `a wall that is behind the stamps since the start is followed once it is set right, and no other leap`()
    {
        var clock = StampClock(last: at(5000))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        #expect(clock.accept(wall: at(1061), monotonic: at(1)) == nil)
        #expect(clock.accept(wall: at(1061.000001), monotonic: at(1)) == .zero)
        #expect(clock.stamp(wall: at(1062), monotonic: at(2)) == at(5000))
        #expect(clock.accept(wall: at(5100), monotonic: at(10)) == .seconds(100))
        #expect(clock.stamp(wall: at(5101), monotonic: at(11)) == at(5101))
        #expect(clock.held == nil && clock.complaint == nil)
        #expect(clock.accept(wall: at(9000), monotonic: at(12)) == nil)
        #expect(clock.stamp(wall: at(9000), monotonic: at(12)) == at(5102))
    }

    @Test func `a wall is known to be behind as long as stamps that were over a minute ahead wait for it`() {
        var clock = StampClock(last: at(1100))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        _ = clock.stamp(wall: at(1099), monotonic: at(99))
        #expect(clock.accept(wall: at(1200), monotonic: at(100)) == .seconds(100))
        clock = StampClock(last: at(1100))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        _ = clock.stamp(wall: at(1100), monotonic: at(100))
        #expect(clock.accept(wall: at(1300), monotonic: at(101)) == nil)
        // A little ahead is no wall that is behind.
        clock = StampClock(last: at(1060))
        _ = clock.stamp(wall: at(1000), monotonic: at(0))
        #expect(clock.accept(wall: at(1200), monotonic: at(1)) == nil)
    }

    @Test func `a wall that was never set is followed once it is`() {
        var clock = StampClock(last: Timestamp(seconds: 0))
        #expect(clock.stamp(wall: Timestamp(seconds: 12), monotonic: at(0)) == Timestamp(seconds: 12))
        #expect(clock.accept(wall: at(0), monotonic: at(1)) == at(0) - Timestamp(seconds: 12))
        #expect(clock.stamp(wall: at(0), monotonic: at(1)) == at(0))
        #expect(clock.accept(wall: at(100), monotonic: at(2)) == nil)
    }

    @Test func `neither downtime nor a wall that is set ahead makes the journal older`() {
        let clock = RetentionClock(newest: at(1000), wall: at(900_000), monotonic: at(0))
        #expect(clock.now(wall: at(900_010), monotonic: at(10)) == at(1010))
        #expect(clock.now(wall: at(500), monotonic: at(10)) == at(500))
        #expect(clock.complaint?.contains("10 days ahead") == true)
        let week = 7.0 * 86_400
        #expect(RetentionClock(newest: at(0), wall: at(week), monotonic: at(0)).complaint == nil)
        #expect(RetentionClock(newest: at(0), wall: at(week + 0.000001), monotonic: at(0)).complaint != nil)
        let empty = RetentionClock(newest: nil, wall: at(5), monotonic: at(0))
        #expect(empty.now(wall: at(9_000_000), monotonic: at(10)) == at(15) && empty.complaint == nil)
    }

    @Test func `stamps of every second are no pause, however soon a source is idle`() {
        #expect(
            [1, 2, 3, 4, 5, 60].map { JournalStage.longestPause(idleTimeout: .seconds($0)) }
                == [3, 3, 3, 4, 5, 5].map { .seconds($0) })
    }
}
