import Events
import Testing

@testable import Ingest

@Suite struct EventRowsTests {
    /// Up to what an id may have.
    private static func id(_ number: Int) -> String { "e\(number)" + String(repeating: "x", count: number % 253) }

    /// More events, ids, readings and fields than are held back at once, in one message and in many.
    @Test(arguments: [1, 7, 400]) func `every event of a message is in the batch with its own readings and fields`(
        size: Int
    )
        throws
    {
        let bench = Bench()
        let events = (0..<400).map { number in
            let fields = (0..<number % 60).map { ",\"f\($0)\":\(number)" }.joined()
            let readings = (0...number % 64).map { "{\"metric\":\"m\($0)\",\"value\":\(number)}" }
            let time = "2026-07-01T08:15:00+08:00"
            return """
                {"id":"\(Self.id(number))","subject":"s\(number)","time":"\(time)","readings":[\(readings.joined(separator: ","))]\(fields)}

                """
        }
        for first in stride(from: 0, to: events.count, by: size) {
            let message = events[first..<min(first + size, events.count)]
            let outcome = bench.take(message.joined(), sequenced: true)
            #expect(outcome.accepted == message.count)
            #expect(outcome.lastIndex == first + message.count - 1)
        }
        let batch = bench.intake.batch
        try #require(batch.count == events.count && batch.isConsistent)
        for number in events.indices {
            #expect(batch.ids.string(number) == Self.id(number))
            #expect(batch.text(batch.subjects[number]) == "s\(number)")
            #expect(batch.readings(number).map { batch.text(batch.metrics[$0]) } == (0...number % 64).map { "m\($0)" })
            #expect(batch.readings(number).allSatisfy { batch.values[$0] == Double(number) })
            #expect(batch.fields(number).map { batch.text(batch.fieldNames[$0]) } == (0..<number % 60).map { "f\($0)" })
            #expect(batch.fields(number).allSatisfy { batch.fieldValues[$0] == .int(Int64(number)) })
        }
    }
}
