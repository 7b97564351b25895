import Events
import Testing

@testable import Ingest

@Suite struct DuplicateTests {
    private func event(_ id: Int, at second: Int = 0, value: Double = 1) -> String {
        let time = Timestamp(seconds: 1_782_864_000 + Int64(second)).formatted()
        return Bench.event([("id", "\"\(id)\""), ("value", "\(value)"), ("time", "\"\(time)\"")])
    }

    @Test func `a repeat has no effect and other content under one identity is refused`() {
        let bench = Bench()
        #expect(bench.take(event(1) + "\n" + event(1)).duplicates == 1)
        #expect(bench.take(event(1)).duplicates == 1)
        #expect(bench.take(event(1, value: 2)).errors.map(\.code) == [.idReused])
        #expect(bench.intake.batch.count == 1)
    }

    @Test func `the same id of another source is another event`() {
        let bench = Bench()
        #expect(bench.take(Bench.event([("source", "\"x\"")])).accepted == 1)
        #expect(bench.take(Bench.event([("source", "\"y\"")])).accepted == 1)
    }

    @Test func `behind the window an event is too old and before that a duplicate`() {
        let bench = Bench(window: 8)
        for n in 0..<7 { #expect(bench.take(event(n, at: n)).accepted == 1) }
        #expect(bench.take(event(0, at: 0)).duplicates == 1)
        #expect(bench.take(event(7, at: 7)).accepted == 1)
        #expect(bench.take(event(0, at: 0)).errors.map(\.code) == [.tooOld])
        #expect(bench.take(event(99, at: 3)).errors.map(\.code) == [.tooOld])
        #expect(bench.take(event(100, at: 4)).accepted == 1)
        #expect(bench.take(event(7, at: 7)).duplicates == 1)
    }

    @Test func `a window rebuilt from the journal knows what the first knew`() {
        let first = Bench()
        let body = [
            Bench.event([("id", "\"1\""), ("value", "50"), ("metric", "\"temp\""), ("unit", "\"degF\"")]),
            Bench.event([("id", "\"2\""), ("area", "\"320213\""), ("lon", "120"), ("lat", "31"), ("x", "\"y\"")]),
            Bench.event([("id", "\"3\""), ("n", "1"), ("b", "true"), ("z", "null"), ("period", "\"PT1H\"")]),
            Bench.event([("id", "\"4\""), ("value", "-9999"), ("exercise", "true")]),
        ].joined(separator: "\n")
        #expect(first.take(body).accepted == 4)
        let second = Bench()
        second.intake.note(first.intake.batch, received: Bench.now, department: DepartmentTexts(second.department))
        let again = second.take(body)
        #expect(again.duplicates == 4 && again.errors == [])
    }

    @Test(arguments: [false, true]) func `a repeat is one, however far ahead the event lay when it came first`(
        restarts: Bool
    ) {
        func bench() -> Bench {
            let bench = Bench()
            (bench.department.maxFuture, bench.department.refuseFuture) = (nil, nil)
            bench.department.maxStep = .hours(1)
            return bench
        }
        var door = bench()
        #expect(door.take(event(1)).accepted == 1)
        let ahead = event(2, at: 5400)
        #expect(door.take(ahead).notes.map(\.code).contains(.clockFast))
        if restarts {
            let journaled = door.intake.batch
            #expect(journaled.flags.map { $0.contains(.ahead) } == [false, true])
            door = bench()
            door.intake.note(
                journaled, received: journaled.times[0], department: DepartmentTexts(door.department))
        }
        // The clock comes to it, and the sender, who had no answer, sends it again.
        #expect(door.take(event(3, at: 1800)).accepted == 1)
        #expect(door.take(event(4, at: 5000)).accepted == 1)
        let again = door.take(ahead)
        #expect(again.duplicates == 1 && again.errors == [])
    }

    @Test func `what a window may not have seen is too old, of every source`() {
        let bench = Bench()
        let known = Bench()
        _ = known.take(event(1, at: 1))
        bench.intake.note(known.intake.batch, received: Bench.now, department: DepartmentTexts(bench.department))
        bench.intake.assume(forgotten: Timestamp(seconds: 1_782_864_005))
        #expect(bench.take(event(1, at: 1)).duplicates == 1)
        #expect(bench.take(event(2, at: 5)).errors.map(\.code) == [.tooOld])
        #expect(bench.take(event(3, at: 6)).accepted == 1)
        let other = event(4, at: 5).replacingOccurrences(of: "{", with: "{\"source\":\"x\",")
        #expect(bench.take(other).errors.map(\.code) == [.tooOld])
    }

    @Test func `what a start is shown as forgotten makes events of its source too old up to its time`() {
        let bench = Bench()
        let known = Bench()
        _ = known.take(event(1, at: 7))
        bench.intake.note(
            known.intake.batch, received: Bench.now, isForgotten: true, department: DepartmentTexts(bench.department))
        bench.intake.assume(forgotten: Timestamp(seconds: 1_782_864_005))
        #expect(bench.take(event(1, at: 7)).errors.map(\.code) == [.tooOld])
        #expect(bench.take(event(2, at: 8)).accepted == 1)
        let other = event(4, at: 6).replacingOccurrences(of: "{", with: "{\"source\":\"x\",")
        #expect(bench.take(other).accepted == 1)
    }

    @Test(arguments: [false, true]) func `an event ahead of the platform locks its source out for no moment`(
        restarts: Bool
    ) {
        func bench() -> Bench {
            let bench = Bench(window: 4)
            bench.department.maxFuture = .seconds(30)
            return bench
        }
        var door = bench()
        let ahead = Bench.event([("id", "\"ahead\""), ("time", "\"2026-07-01T20:15:00+08:00\"")])
        #expect(door.take(ahead).notes.map(\.code).contains(.clockFast))
        if restarts {
            let batch = door.intake.close().0
            door = bench()
            door.intake.note(batch, received: Bench.now, department: DepartmentTexts(door.department))
        }
        // Until the window has forgotten it, and after.
        for number in 1...12 {
            let outcome = door.take(event(number, at: number))
            #expect(outcome.accepted == 1 && outcome.errors.isEmpty, "\(number): \(outcome.errors)")
            #expect(!outcome.notes.map(\.code).contains(.late))
        }
    }

    @Test func `the marks of streams only rise while the journal's tail is shown`() {
        let bench = Bench()
        func mark(_ seq: UInt64) -> EventBatch {
            var batch = EventBatch()
            batch.marks = [StreamMark(stream: "s", epoch: 1, seq: seq)]
            return batch
        }
        for seq in [500, 300] as [UInt64] {
            bench.intake.note(mark(seq), received: Bench.now, department: DepartmentTexts(bench.department))
        }
        #expect(
            bench.intake.streams.judge(.init(department: "housing", stream: "s"), epoch: 1, seq: 501, hash: 0) == .next)
    }

    @Test func `forgotten events are new again`() {
        let bench = Bench()
        _ = bench.take(event(1))
        let (_, identities) = bench.intake.close()
        bench.intake.forget(identities)
        #expect(bench.take(event(1)).accepted == 1)
    }

    @Test func `subjects of one source are bounded and registered ones are not counted`() {
        let bench = Bench(window: 4 * Limits.subjectsPerSource, subjects: [.init(id: "known")])
        var accepted = 0
        var codes: Set<IngestCode> = []
        for block in 0..<(Limits.subjectsPerSource / 5000 + 2) {
            let body = (0..<5000).map { n in
                Bench.event([("id", "\"\(block)/\(n)\""), ("subject", "\"s\(block)-\(n)\"")])
            }.joined(separator: "\n")
            let outcome = bench.take(body)
            accepted += outcome.accepted
            codes.formUnion(outcome.errors.map(\.code))
            _ = bench.intake.close()
        }
        #expect(accepted == Limits.subjectsPerSource && codes == [.tooManySubjects])
        #expect(bench.take(Bench.event([("subject", "\"known\"")])).accepted == 1)
    }
}
