import Foundation
import Messaging
import Testing

@testable import Client

struct StreamLinkTests {
    @Test func `a link that finds nobody waits, though its owner was woken`() throws {
        let context = Context()
        var options = SendOptions(stream: "s")
        options.endpoint = "ipc://\(FileManager.default.temporaryDirectory.path)/nobody-\(UUID().uuidString)"
        let wake = try Wake()
        wake.signal()
        let start = ContinuousClock.now
        var looks = 0
        var link = try StreamLink(context.handle, options, wake: wake)
        do {
            _ = try link.open {
                looks += 1
                return ContinuousClock.now - start > .milliseconds(500)
            }
            Issue.record("somebody has answered")
        } catch let failure as SendFailure {
            #expect(failure == .stopped)
        }
        // One that does not wait looks a hundred thousand times.
        #expect(looks <= 20)
    }
}
