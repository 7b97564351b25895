import City
import Client
import Events
import Foundation
import Platform
import Testing

extension EndToEnd {
    /// Signals in the middle of a stream.
    struct SignalTests {
        private func send(_ how: Killer.Strike) throws -> (Killer, RunningPlatform) {
            let platform = try RunningPlatform(in: try Scratch())
            let killer = Killer(platform)
            let lines = Interrupted(lines: KillTests.day(), moments: [KillTests.noon]) { _ in killer.strike(how) }
            let progress = try EndToEndTests.send(lines, to: platform.ingest, stream: "day", batch: 20, window: 8)
            try killer.finish()
            #expect(progress.read == progress.answered && killer.strikes == 1)
            #expect(platform.stop() == 0)
            return (killer, platform)
        }

        @Test func `SIGTERM during a stream ends with 0, leaves nothing to replay, and the sender goes on`() throws {
            let (killer, platform) = try send(.terminate)
            #expect(killer.stops == 1)
            try KillTests.expectUndisturbed(platform.data, starts: 1)
        }

        @Test func `a platform that stood still for three seconds goes on as if it had not`() throws {
            let (killer, platform) = try send(.pause(microseconds: 3_000_000))
            #expect(killer.pauses == 1)
            try KillTests.expectUndisturbed(platform.data, starts: 0)
        }

        @Test func `what an operator asks beyond the bound while it stood still is refused, and the next is answered`()
            throws
        {
            let platform = try RunningPlatform(in: try Scratch())
            let wire = try Wire(.dealer, platform.control)
            platform.signal(SIGSTOP)
            // Of which 26 wait at the socket, and 64 for the thread that decides.
            let request = #"{"op":"reload"\#(String(repeating: " ", count: 20 << 10))}"#
            for _ in 0..<200 { wire.send([[], Array(request.utf8)]) }
            platform.signal(SIGCONT)
            var codes: Set<String> = []
            // A reload takes so long that the others are taken or refused meanwhile.
            while !codes.contains("") {
                let answer = try #require(try wire.answer())
                codes.insert(answer["code"] as? String ?? "")
                let decoded = try JSONDecoder().decode(
                    RulesAnswer.self, from: JSONSerialization.data(withJSONObject: answer))
                #expect(decoded.ok == (answer["code"] == nil), "\(answer)")
            }
            #expect(codes == ["", "unavailable"])
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
        }
    }
}
