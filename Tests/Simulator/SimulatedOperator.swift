import CSimulation
import Foundation
import Platform

/// A person who acknowledges alarms, and asks again under the same key where no answer comes.
final class SimulatedOperator: @unchecked Sendable {
    private struct Seen: Decodable {
        var episode: String
        var transition: String
    }

    private let endpoint: String
    private let consumer: SimulatedConsumer
    private var random: SeededRandom
    private var isStopping = false
    private var process: Int32 = 0
    /// Keys whose request was answered as accepted.
    private(set) var accepted: Set<String> = []
    private(set) var failure: String?

    init(_ endpoint: String, _ consumer: SimulatedConsumer, seed: UInt64) {
        (self.endpoint, self.consumer) = (endpoint, consumer)
        random = SeededRandom(seed: seed)
    }

    func start() { process = Machine.spawn { self.run() } }

    func stop() {
        isStopping = true
        while sim_is_running(process) { Machine.sleep(seconds: 0.1) }
    }

    private func run() {
        var number = 0
        do {
            while !isStopping {
                Machine.sleep(seconds: random.seconds(1...8))
                guard let body = consumer.taken.suffix(8).randomElement(using: &random)?.body else { continue }
                number += 1
                try ask(try JSONDecoder().decode(Seen.self, from: Data(body.utf8)).episode, key: "k-\(number)")
            }
        } catch {
            failure = "an operator: \(error)"
        }
    }

    private func ask(_ episode: String, key: String) throws {
        var request = ControlRequest(op: "acknowledge")
        (request.by, request.why, request.episode, request.key) = ("li", "seen", episode, key)
        while !isStopping {
            if let bytes = try ControlClient(endpoint).ask(request, milliseconds: 3000) {
                let answer = try JSONDecoder().decode(RequestAnswer.self, from: Data(bytes))
                if answer.ok { accepted.insert(key) }
                if answer.code != "unavailable" { return }
            }
            Machine.sleep(seconds: 0.5)
        }
    }
}
