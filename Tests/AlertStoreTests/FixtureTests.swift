import Engine
import Events
import Foundation
import Testing

@testable import AlertStore

@Suite struct FixtureTests {
    /// A store of each schema version, written by the software of its time: one alarm raised and escalated.
    @Test(arguments: [1, 2, 3]) func `a store of every earlier schema opens with all it holds`(version: Int) throws {
        let directory = try TemporaryDirectory()
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/schema-\(version).sqlite")
        try FileManager.default.copyItem(atPath: fixture.path, toPath: directory.store)
        let store = try directory.open()
        #expect(store.epoch == "f1c0")
        #expect(store.head == 2)
        #expect(store.applied == 11)
        #expect(try store.commit(Sample.turn([try Sample.decision(12, key: "new")])).notices == 3...3)
        let reader = try AlertReader(path: directory.store)
        let id = DecisionID(position: 10, ordinal: 0)
        #expect(try reader.episode(id)?.steps.map(\.decision.transition) == [.raised, .escalated])
        #expect(try reader.notices(since: 0).notices.map(\.seq) == [1, 2, 3])
        guard version >= 2 else { return }
        // What was not sent, and a request that was refused.
        #expect(try reader.episode(DecisionID(position: 11, ordinal: 1))?.episode.withheld == "muted")
        #expect(try reader.requests().map(\.verdict) == ["not_open"])
    }
}
