import Events
import Messaging

/// Sends a file or standard input through a spool: one thread reads into it, the caller's sends from it, however long the
/// platform is away.
public struct SpoolRun: Sendable {
    private struct Input: Sendable {
        var isRead = false
        var isStopping = false
        var failure: InputFailure?
        var spoolFailure: SpoolError?
        var read = 0
        var skipped = SkippedLines()
        var leavesOpenLine = false
    }

    /// Milliseconds between two attempts: doubled from the first to the longest, without end.
    private static let (firstRetry, longestRetry) = (200, 10_000)
    /// Milliseconds without an acknowledgement after which it is told.
    private static let patience = 10_000

    private let options: SendOptions
    private let spool: Spool
    private let input = Monitor(Input())
    private let wake: Wake

    public init(_ options: SendOptions, _ spool: Spool) throws(MessagingError) {
        var options = options
        options.giveUpAfter = Self.patience
        self.options = options
        self.spool = spool
        wake = try Wake()
    }

    /// Returns once the input has ended and everything in the spool is acknowledged. `report` is called about five times a second,
    /// `onTrouble` with each failed attempt. Throws where only a person can help: what is in the spool stays.
    public func run(
        _ context: Context.Handle, _ file: consuming NDJSONFile, report: (SendProgress) -> Void = { _ in },
        onTrouble: (SendFailure) -> Void = { _ in }
    ) throws -> SendProgress {
        try file.goOn(at: spool.counts.sealed)
        let lines = file
        let reader = try DedicatedThread("read") { fill(lines) }
        var progress = SendProgress()
        var retry = Self.firstRetry
        let (before, restarts) = (spool.counts.answered, spool.counts.restarts)
        let started = ContinuousClock.now
        defer { input.change { $0.isStopping = true } }
        while true {
            do {
                try session(context, &progress, before, started, report) { retry = Self.firstRetry }
                break
            } catch let failure as SendFailure {
                switch failure {
                // What the platform has by now is settled when it is asked again.
                case .unreachable, .outOfStep: break
                case .refused, .sentBefore, .sentBeforeSpool, .otherSender, .badAnswer, .unusable, .stopped:
                    throw failure
                }
                // Whoever waits for the platform would not hear that nothing is read any more.
                if let full = input.withLock({ $0.spoolFailure }) { throw full }
                onTrouble(failure)
                _ = input.wait(for: .milliseconds(retry)) { $0.isStopping ? () : nil }
                retry = min(2 * retry, Self.longestRetry)
            }
        }
        try reader.join()
        let end = input.withLock { $0 }
        if let failure = end.failure { throw failure }
        (progress.skipped, progress.leavesOpenLine) = (end.skipped, end.leavesOpenLine)
        progress.restarts = spool.counts.restarts - restarts
        return progress
    }

    /// Reads lines into messages: as many events as one takes, or those that are there while the next has to be waited for.
    private func fill(_ lines: NDJSONFile) {
        var lines = lines
        var (body, events, place): ([UInt8], Int, String) = ([], 0, lines.place)
        var line: [UInt8] = []
        do {
            while try lines.nextLine(into: &line) != nil {
                if events > 0, body.count + line.count > Limits.messageBytes {
                    guard try put(body, events, place) else { return }
                    (body, events) = ([], 0)
                }
                body += line
                events += 1
                place = lines.place
                line.removeAll(keepingCapacity: true)
                guard events == options.batch || lines.isDry else { continue }
                guard try put(body, events, place) else { return }
                (body, events) = ([], 0)
            }
            if events > 0 { guard try put(body, events, place) else { return } }
            input.change { ($0.skipped, $0.leavesOpenLine, $0.isRead) = (lines.skipped, lines.leavesOpenLine, true) }
        } catch let failure as InputFailure {
            input.change { ($0.failure, $0.isRead) = (failure, true) }
        } catch {
            input.change { ($0.spoolFailure, $0.isRead) = (error as? SpoolError, true) }
        }
        wake.signal()
    }

    /// Waits while the spool is full, which stops the reading; false where sending has ended.
    private func put(_ body: [UInt8], _ events: Int, _ place: String) throws -> Bool {
        input.withLock { $0.read += events }
        while try !spool.append([(body: body, events: events)], sealed: place) {
            if input.wait(for: .milliseconds(200), until: { $0.isStopping ? () : nil }) != nil { return false }
        }
        wake.signal()
        return true
    }

    private func session(
        _ context: Context.Handle, _ progress: inout SendProgress, _ before: Int,
        _ started: ContinuousClock.Instant, _ report: (SendProgress) -> Void, _ onProgress: () -> Void
    ) throws {
        var sender = try SpoolSender(context, options, spool, wake: wake)
        try sender.open { false }
        let clock = ContinuousClock()
        var told = clock.now
        while true {
            // Before the spool is looked at: what was read by then is in it.
            let now = input.withLock { $0 }
            if let failure = now.spoolFailure { throw failure }
            wake.drain()
            var taken = progress
            let isDone = try sender.turn(
                milliseconds: 100, fill: { false },
                onAnswer: { answer in
                    taken.take(answer)
                    taken.batches += 1
                })
            taken.milliseconds = Int((clock.now - started) / .milliseconds(1))
            let counts = spool.counts
            taken.answered = counts.answered - before
            taken.read = now.read
            if taken.answered > progress.answered { onProgress() }
            progress = taken
            let isOver = isDone && now.isRead && counts.messages == 0
            if isOver || clock.now - told >= .milliseconds(200) {
                told = clock.now
                report(progress)
            }
            if isOver { return }
        }
    }
}
