import AlertStore
import Delivery
import Foundation
import Testing

@Suite struct HistoryAnswerTests {
    private static let cases: [(request: String, refusal: HistoryAnswer.Refusal?)] = [
        (#"{"since":0}"#, nil), (#"{"since":0,"epoch":"7f3a","limit":1000,"topics":[]}"#, nil),
        ("", .malformed), (#"{"since":"x"}"#, .malformed), ("[]", .malformed), (#"{"since":-1}"#, .invalidSince),
        (#"{"since":0,"topic":["alarm/"]}"#, .malformed),
        (#"{"since":1}"#, .invalidSince), (#"{"since":0,"limit":0}"#, .invalidLimit),
        (#"{"since":0,"limit":1001}"#, .invalidLimit), (#"{"since":9,"epoch":"0000"}"#, .epochChanged),
        (#"{"since":0,"topics":["# + String(repeating: #""a","#, count: 256) + #""a"]}"#, .tooManyTopics),
        (String(repeating: " ", count: 65_537), .tooLarge),
    ]

    /// By number: the requests themselves would fill the test's log.
    @Test(arguments: cases.indices)
    func `a request is answered in JSON or refused by code`(number: Int) throws {
        let (request, refusal) = Self.cases[number]
        let path = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString).sqlite").path
        defer {
            for end in ["", ".lock", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
        }
        let store = try AlertStore(path: path, newEpoch: "7f3a")
        let answers = HistoryAnswer(reader: try AlertReader(path: path), epoch: store.epoch)
        let answer = answers.answer(Array(request.utf8), head: store.head)
        #expect(answer.refusal == refusal)
        if refusal == nil {
            #expect(
                answer.json
                    == #"{"ok":true,"epoch":"7f3a","head":0,"next":0,"more":false,"leaves":[],"notices":[]}"#)
        } else {
            let object = try JSONSerialization.jsonObject(with: Data(answer.json.utf8)) as? [String: Any]
            #expect(object?["code"] as? String == refusal?.rawValue)
        }
    }
}
