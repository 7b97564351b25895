import City
import Client
import Delivery
import Events
import Foundation
import Messaging
import Platform
import Synchronization

/// The demo's two threads: one plays the day, one shows what the feed says; then the sums.
final class DemoDay: Sendable {
    private struct State {
        var failure: String?
        var progress: SendProgress?
        var isPlayed = false
        var isStopping = false
        var newest: Int64 = 0
        /// Episode → its highest level.
        var peaks: [String: String] = [:]
        var transitions: [String: Int] = [:]
        /// What happened to each (rule, key, about), as `08:12:00 raised yellow`.
        var stories: [String: [String]] = [:]
    }

    private let platform: Platform
    private let options: DemoCommand
    private let state = Mutex(State())
    private let threads = NSCondition()
    private let running = Mutex(0)
    private let isTerminal = isatty(1) == 1

    init(platform: Platform, options: DemoCommand) {
        self.platform = platform
        self.options = options
    }

    var failure: String? { state.withLock { $0.failure } }

    func start(_ endpoints: Platform.Endpoints) {
        say(
            "烽火 platform ready: send to \(endpoints.ingest), subscribe at \(endpoints.feed), history at \(endpoints.history)"
        )
        thread("listener") { [self] in try listen(endpoints) }
        thread("player") { [self] in try play(endpoints) }
    }

    /// Waits for both threads.
    func finish() {
        state.withLock { $0.isStopping = true }
        threads.lock()
        while running.withLock({ $0 }) > 0 { threads.wait() }
        threads.unlock()
    }

    private func thread(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
        running.withLock { $0 += 1 }
        let thread = Thread { [self] in
            do { try body() } catch {
                state.withLock { if $0.failure == nil { $0.failure = "\(name): \(error)" } }
                platform.stop()
            }
            threads.lock()
            running.withLock { $0 -= 1 }
            threads.broadcast()
            threads.unlock()
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func play(_ endpoints: Platform.Endpoints) throws {
        let context = Context()
        var settings = SendOptions(stream: "city-day")
        settings.endpoint = endpoints.ingest
        settings.batch = options.batch
        settings.speed = options.speed.flatMap(SendCommand.factor)
        var sender = try EventSender(context.handle, settings)
        var lines = CityLines(seed: options.seed, keepEvery: options.keepEvery)
        let progress: SendProgress
        do {
            progress = try sender.send(
                &lines, report: { [self] in show($0) }, shouldStop: { [self] in state.withLock { $0.isStopping } })
        } catch SendFailure.stopped {
            return
        }
        state.withLock { $0.progress = progress }
        try waitForEngine(endpoints)
        summarise()
        state.withLock { $0.isPlayed = true }
        if options.once {
            platform.stop()
        } else {
            say("the day is over; the platform stays up for your events (README.md, \"Send your first event\").")
            let program = CommandLine.arguments[0]
            say("look: \(program) alarms list --open --data \(options.data); Ctrl-C stops it")
        }
    }

    /// Until the engine has applied, and the listener has seen, all that the day brought.
    private func waitForEngine(_ endpoints: Platform.Endpoints) throws {
        let deadline = Date(timeIntervalSinceNow: 120)
        while Date() < deadline, !state.withLock({ $0.isStopping }) {
            guard let body = try ControlClient(endpoints.control).ask("status") else { continue }
            let status = try JSONDecoder().decode(Status.self, from: Data(body))
            if status.engineNext == status.journalNext, state.withLock({ $0.newest }) >= status.feedHead { return }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    private func listen(_ endpoints: Platform.Endpoints) throws {
        let context = Context()
        var consumer = try FeedConsumer(
            context.handle, feed: endpoints.feed, history: endpoints.history, topics: ["alarm/domain/"])
        try consumer.run(
            until: { [self] in state.withLock { $0.isStopping } },
            onNotice: { [self] notice in
                let line = AlarmLine(json: notice.body)
                state.withLock { state in
                    state.newest = max(state.newest, notice.seq)
                    if let line {
                        state.transitions[line.transition, default: 0] += 1
                        state.stories[line.story, default: []].append(line.step)
                        state.peaks[line.episode] = line.peak
                    }
                }
                say(line?.text(colour: isTerminal) ?? notice.body)
            })
    }

    private func show(_ progress: SendProgress) {
        guard isatty(2) == 1 else { return }
        let text = "\r\u{1B}[2K\(progress.answered) events answered, \(progress.eventsPerSecond)/s\r"
        FileHandle.standardError.write(Data(text.utf8))
    }

    private func summarise() {
        let (sent, transitions, peaks) = state.withLock { ($0.progress, $0.transitions, Array($0.peaks.values)) }
        say("")
        if let sent { say(SendReport.summary(sent)) }
        let kinds = ["raised", "escalated", "deescalated", "resolved"].map { "\($0) \(transitions[$0] ?? 0)" }
        say("transitions: " + kinds.joined(separator: ", "))
        let levels = Level.allCases.map { level in "\(level.zh) \(level.name) \(peaks.count { $0 == level.name })" }
        say("\(peaks.count) alarms by their highest level: " + levels.joined(separator: ", "))
        compareWithScript()
    }

    /// Each scripted incident must have made exactly the alarms worked out for it; another seed has other noise.
    private func compareWithScript() {
        guard options.seed == CityDay.defaultSeed else { return }
        let stories = state.withLock { $0.stories }
        let wrong = Incident.all.filter { incident in
            (stories["\(incident.rule) \(incident.key) \(incident.about)"] ?? []) != incident.alarms.map(Self.step)
        }
        say("scripted incidents: \(Incident.all.count - wrong.count) of \(Incident.all.count) as worked out by hand")
        for incident in wrong {
            say("  \(incident.title): expected \(incident.alarms.map(Self.step))")
            say("  got \(stories["\(incident.rule) \(incident.key) \(incident.about)"] ?? [])")
        }
        guard !wrong.isEmpty else { return }
        state.withLock { $0.failure = "\(wrong.count) scripted incidents differ" }
    }

    private static func step(_ alarm: Incident.Alarm) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "\(two(alarm.second / 3600)):\(two(alarm.second / 60 % 60)):\(two(alarm.second % 60))"
        return "\(time) \(alarm.transition)" + (alarm.level.map { " " + $0 } ?? "")
    }

    /// The commands that look into what the day left.
    func sayWhereDataIs() {
        let program = CommandLine.arguments[0]
        say("stopped; the data is in \(options.data): \(program) alarms list --data \(options.data)")
    }

    func say(_ line: String) {
        FileHandle.standardOutput.write(Data(((isTerminal ? "\r\u{1B}[2K" : "") + line + "\n").utf8))
    }
}
