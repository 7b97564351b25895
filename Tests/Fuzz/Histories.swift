import AlertStore
import Foundation

@testable import Delivery

/// Requests for the feed's history.
final class Histories: Kind {
    let name = "history"
    let pace = 2
    var summary: String { "\(count) requests, \(answered) answered with notices" }

    private var (count, answered) = (0, 0)
    private let store: AlertStore
    private let answers: HistoryAnswer
    private let mutator = Mutator(words: [
        "\"since\":", "\"topics\":", "\"limit\":", "\"epoch\":", "\"alarm/\"", "[\"\"]", "null", "{}", "1", "2", "-1",
    ])

    init(_ place: String) throws {
        let path = place + "/history.sqlite"
        try FileManager.default.copyItem(
            atPath: Corpus.root + "/Tests/AlertStoreTests/Fixtures/schema-2.sqlite", toPath: path)
        store = try AlertStore(path: path, newEpoch: "f1c0")
        answers = HistoryAnswer(reader: try AlertReader(path: path), epoch: store.epoch)
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        let seeds = [
            #"{"since":0}"#, #"{"since":1,"topics":["alarm/"],"limit":1,"epoch":"\#(store.epoch)"}"#,
            #"{"since":0,"topics":["alarm/area/320213","x"],"limit":1000}"#,
        ].map { Array($0.utf8) }
        let request = mutator.mutate(random.pick(seeds), &random, others: seeds)
        report.input("request", request)
        let (json, refusal) = answers.answer(request, head: store.head)
        guard let answer = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
            let isGood = answer["ok"] as? Bool
        else { throw Broken("an answer that is not JSON: \(json)") }
        try require(isGood == (refusal == nil) && answer["code"] as? String == refusal?.rawValue, "\(json)")
        guard isGood, let notices = answer["notices"] as? [[String: Any]], let next = answer["next"] as? Int else {
            return
        }
        let sequences = notices.compactMap { $0["seq"] as? Int }
        try require(sequences == sequences.sorted() && sequences.allSatisfy { $0 <= next }, "out of order: \(json)")
        try require((answer["leaves"] as? [String])?.count == notices.count, "a leaf each: \(json)")
        answered += notices.isEmpty ? 0 : 1
    }
}
