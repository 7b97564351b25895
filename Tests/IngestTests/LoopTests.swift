import Events
import Testing

@testable import Ingest

/// Events that have passed this platform before.
@Suite struct LoopTests {
    private func take(_ via: String, forwardedAs own: String) -> (Outcome, Bench) {
        var department = Department(id: "housing")
        department.forwardedAs = own
        let bench = Bench(department: department)
        return (bench.take(Bench.event([("via", via)])), bench)
    }

    @Test(arguments: [#""/a""#, #""/b /a""#, #""/a /b""#, #""/c /a /b""#])
    func `an event that has passed this platform is refused`(via: String) {
        let (outcome, _) = take(via, forwardedAs: "/a")
        #expect(outcome.errors.map(\.code) == [.loop])
        #expect((outcome.errors.first?.field, outcome.errors.first?.want) == ("via", "/a"))
    }

    @Test(arguments: [#""/b""#, #""/a2""#, #""/b /a/b""#, #""b/a""#, "null"])
    func `one that has passed others is taken`(via: String) {
        #expect(take(via, forwardedAs: "/a").0.accepted == 1)
    }

    @Test func `a platform that forwards nothing closes no circle`() {
        #expect(take(#""/a""#, forwardedAs: "").0.accepted == 1)
    }

    @Test func `the names stay with the event`() throws {
        let (_, bench) = take(#""/b /c""#, forwardedAs: "/a")
        let batch = bench.intake.batch
        let field = try #require(batch.fields(0).first)
        #expect(batch.strings.string(batch.fieldNames[field]) == "via")
        #expect(batch.strings.string(batch.fieldValues[field].string) == "/b /c")
    }
}
