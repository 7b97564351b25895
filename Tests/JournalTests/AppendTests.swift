import Events
import Glibc
import Testing

@testable import Journal

struct AppendTests {
    let directory = TemporaryDirectory()

    @Test func `every kind of entry is read back as it was appended`() throws {
        let journal = try Samples.open(directory)
        let entries: [JournalEntry] = [
            .started(deaf: .seconds(3)), .ruleSet([1, 2, 3]), .registry([]), .departments([9]), .tick,
            .request([0, 255]), .events(Samples.readings(100)), .tick,
        ]
        let records = try journal.append(entries.map { Samples.pending($0, from: "燃气") })
        #expect(records.map(\.position) == [1, 2, 3, 4, 5, 6, 7, 107])
        #expect(journal.nextPosition == 108)
        let read = try Samples.all(directory)
        #expect(read.map(\.record.position) == records.map(\.position))
        #expect(read.map { image($0.record.entry) } == entries.map(image))
        #expect(read.allSatisfy { $0.record.department == "燃气" && $0.engineVersion == 7 && $0.restricted == .none })
    }

    @Test func `a batch that only moves marks takes one position`() throws {
        let journal = try Samples.open(directory)
        var batch = EventBatch()
        batch.marks = [StreamMark(stream: "a", epoch: 1, seq: 9)]
        let records = try journal.append([Samples.pending(.events(batch), from: "gas"), Samples.pending()])
        #expect(records.map(\.position) == [1, 2])
        #expect(try Samples.all(directory).count == 2)
        #expect(journal.marks("gas") == batch.marks)
    }

    @Test func `a journal goes on where it ended`() throws {
        var journal: Journal? = try Samples.open(directory)
        #expect(journal?.lastReceived == nil)
        _ = try journal?.append([Samples.pending(.events(Samples.readings(10)), at: 5)])
        journal = nil
        let again = try Samples.open(directory)
        #expect(again.nextPosition == 11)
        #expect(again.lastReceived == Samples.at(5))
        #expect(try again.append([Samples.pending(at: 5)]).map(\.position) == [11])
    }

    @Test func `received may stand still and not go back`() throws {
        let journal = try Samples.open(directory)
        _ = try journal.append([Samples.pending(at: 5)])
        #expect(throws: JournalError.self) { try journal.append([Samples.pending(at: 5), Samples.pending(at: 4)]) }
        #expect(journal.nextPosition == 2)
        #expect(try journal.append([Samples.pending(at: 5)]).map(\.position) == [2])
        #expect(journal.poison == nil)
    }

    @Test func `a batch over a limit or inconsistent is refused with its index and the journal goes on`() throws {
        let journal = try Samples.open(directory)
        var broken = Samples.readings(2)
        broken.types[1] = 99
        var torn = Samples.readings(2)
        torn.ids.bytes.append(1)
        for batch in [broken, torn, Samples.readings(Limits.rowEvents + 1)] {
            do {
                _ = try journal.append([Samples.pending(), Samples.pending(.events(batch))])
                Issue.record("stored")
            } catch {
                guard case .refused(index: 1, reason: _) = error else { throw error }
            }
        }
        #expect(journal.nextPosition == 1)
        #expect(try journal.append([Samples.pending(.events(Samples.readings(Limits.rowEvents)))]).count == 1)
    }

    @Test func `reading starts with the record that holds the position`() throws {
        let journal = try Samples.open(directory)
        _ = try journal.append([
            Samples.pending(), Samples.pending(.events(Samples.readings(10))), Samples.pending(),
        ])
        #expect(try Samples.all(directory, from: 2).map(\.record.position) == [2, 12])
        #expect(try Samples.all(directory, from: 11).map(\.record.position) == [2, 12])
        #expect(try Samples.all(directory, from: 12).map(\.record.position) == [12])
        #expect(try Samples.all(directory, from: 13).isEmpty)
        #expect(throws: JournalError.beyondEnd(asked: 14, end: 13)) { try Samples.all(directory, from: 14) }
    }

    @Test func `a reader at the end sees what is appended later`() throws {
        var early = try Journal.read(data: directory.path, from: nil)
        #expect(try early.next() == nil)
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for seconds in 0..<5 {
            _ = try journal.append([Samples.pending(at: Int64(seconds))])
            #expect(try early.next()?.record.position == Int64(seconds) + 1)
            #expect(try early.next() == nil)
        }
    }

    @Test func `a second owner is refused with the first one's process`() throws {
        let journal = try Samples.open(directory)
        let expected = JournalError.owned(path: Journal.directory(directory.path), pid: getpid())
        #expect(throws: expected) { try Samples.open(directory) }
        _ = try journal.append([Samples.pending()])
    }
}
