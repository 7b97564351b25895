import CSimulation
import Client
import Messaging

/// A department's gateway with a sequenced stream: the product's own sender in a process that may be killed.
final class StreamGateway: @unchecked Sendable {
    let tape: Tape
    private let endpoint: String
    /// A paced sender cannot go on after its end; the others are killed and go on.
    let isPaced: Bool
    private let batch: Int
    private let window: Int
    private(set) var process: Int32 = 0
    /// Lines at the tape's beginning that were acknowledged.
    private(set) var acknowledged = 0
    private(set) var isDone = false
    private(set) var failure: String?

    init(_ tape: Tape, _ endpoint: String, isPaced: Bool, batch: Int, window: Int) {
        (self.tape, self.endpoint, self.isPaced, self.batch, self.window) = (tape, endpoint, isPaced, batch, window)
    }

    func start() { process = Machine.spawn { self.run() } }

    func kill() { sim_kill(process) }

    /// Starts it anew after a kill.
    func keepRunning() {
        if !isDone, failure == nil, !sim_is_running(process) { start() }
    }

    private func run() {
        var options = SendOptions(stream: tape.source)
        options.endpoint = endpoint
        (options.batch, options.window) = (batch, window)
        options.speed = isPaced ? 1 : nil
        options.resumes = !isPaced
        options.giveUpAfter = nil
        options.answerTimeout = 3000
        do {
            let context = Context()
            var sender = try EventSender(context.handle, options)
            var reader = TapeReader(tape, waits: !isPaced)
            let end = try sender.send(&reader, report: { self.note($0) })
            note(end)
            guard end.rejected == 0, end.duplicates == 0 else {
                failure = "stream \(tape.source): \(end.rejected) rejected, \(end.duplicates) duplicates"
                return
            }
            isDone = true
        } catch SendFailure.stopped {
            // Killed.
        } catch {
            failure = "stream \(tape.source): \(error)"
        }
    }

    private func note(_ progress: SendProgress) {
        acknowledged = max(acknowledged, min(progress.skippedBatches * batch, tape.total) + progress.answered)
    }
}
