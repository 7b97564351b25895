import Events
import Testing

struct EventClockTests {
    private static let start = Timestamp(seconds: 1_782_835_200)

    @Test func `the first event sets it, later ones move it forward by at most a step`() {
        var clock = EventClock(step: .days(1))
        #expect(clock.now == nil)
        let day = TimeSpan.days(1)
        let followed = [
            Self.start, Self.start + day, Self.start + day + day + .milliseconds(1), Self.start - .days(400),
        ].map { clock.follow($0) }
        #expect(followed == [true, true, false, true])
        #expect(clock.now == Self.start + day)
    }

    @Test func `it joins a clock that is further and no other`() {
        var clock = EventClock(step: .days(1))
        clock.join(nil)
        #expect(clock.now == nil)
        clock.join(Self.start)
        clock.join(Self.start - .days(1))
        #expect(clock.now == Self.start)
    }
}
