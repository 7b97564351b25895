import Engine
import Events
import Foundation
import Testing

@testable import AlertStore

/// A child process commits until it is killed from within, at a moment that is another one in each run.
@Suite(.serialized) struct KillTests {
    static let last: Int64 = 400

    /// Every third position has a decision.
    static func turn(_ position: Int64) throws -> Turn {
        let decisions = position % 3 == 0 ? [try Sample.decision(position, key: "k\(position)")] : []
        return Sample.turn(decisions, positions: position...position, received: Sample.at + .seconds(position))
    }

    @Test(arguments: [0, 150, 700, 2500, 9000] as [UInt64])
    func `kill -9 while committing loses and doubles nothing`(microseconds: UInt64) async throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.path + "/returned"))
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = directory.path as String, microseconds = microseconds as UInt64] in
            try Self.commitUntilKilled(path, afterMicroseconds: microseconds)
        }
        let returned = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/returned")).count
        let store = try directory.open()
        let survived = store.head
        #expect(survived >= Int64(returned / 3))
        for position in 1...Self.last { try store.commit(try Self.turn(position)) }
        let reader = try AlertReader(path: directory.store)
        let notices = try reader.notices(since: 0).notices
        #expect(notices.map(\.seq) == Array(1...Self.last / 3))
        #expect(try notices.map { try Notice(json: $0.body).subject?.id } == (1...Self.last / 3).map { "k\($0 * 3)" })
        #expect(try reader.status().transitions == Self.last / 3)
    }

    /// Writes a byte to `returned` for each commit that came back.
    private static func commitUntilKilled(_ directory: String, afterMicroseconds: UInt64) throws {
        let store = try AlertStore(path: directory + "/alerts.sqlite", newEpoch: "7f3a", engineVersion: 1)
        let log = open(directory + "/returned", O_WRONLY | O_APPEND)
        var byte: UInt8 = 1
        for position in 1...last {
            if position == 30 {
                let deadline = DispatchTime.now().uptimeNanoseconds + afterMicroseconds * 1000
                Thread.detachNewThread {
                    while DispatchTime.now().uptimeNanoseconds < deadline {}
                    kill(getpid(), SIGKILL)
                }
            }
            try store.commit(try turn(position))
            guard write(log, &byte, 1) == 1 else { return }
        }
        while true { sleep(1) }
    }
}
