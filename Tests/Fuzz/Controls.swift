import Foundation
import Logging
import Messaging
import Platform

/// Operators' requests to a running platform, by its socket.
final class Controls: Kind {
    let name = "control"
    let pace = 10
    var summary: String { "\(count) requests, \(known) of a known operation" }

    private var (count, known) = (0, 0)
    private let place: String
    private var running: Running?
    private let mutator = Mutator(words: [
        "\"op\":", "\"status\"", "\"reload\"", "\"activate\"", "\"rollback\"", "\"acknowledge\"", "\"by\":", "\"why\":",
        "\"files\":[", "\"path\":", "\"text\":", "\"to\":", "\"episode\":", "\"1.0\"", "\"key\":", "null",
        "\"../../x\"",
    ])

    init(_ place: String) { self.place = place }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        let running = try self.running ?? Running(place)
        self.running = running
        let seeds = [
            #"{"op":"status"}"#, #"{"op":"acknowledge","episode":"1.0","by":"a","why":"b","key":"k"}"#,
            #"{"op":"activate","by":"a","why":"b","files":[{"path":"x/y.yml","text":"id: y\n"}]}"#,
            #"{"op":"rollback","by":"a","why":"b","to":"sha256:0"}"#, #"{"op":"reload"}"#,
        ].map { Array($0.utf8) }
        var frames = [mutator.mutate(random.pick(seeds), &random, others: seeds)]
        if random.chance(10) { frames.append(random.pick(seeds)) }
        if random.chance(5) { frames += Array(repeating: [0x41], count: 6) }
        report.note("request " + frames.map(quoted).joined(separator: " | "))
        guard let answer = try running.ask(frames) else { throw Broken("no answer") }
        try check(answer)
        guard let status = try running.ask([Array(#"{"op":"status"}"#.utf8)]) else { throw Broken("no status") }
        try check(status)
    }

    private func check(_ bytes: [UInt8]) throws {
        guard let answer = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw Broken("an answer that is not JSON: \(quoted(bytes))")
        }
        if answer["code"] as? String != "unknown_op" { known += 1 }
    }

    /// A platform of this process; it ends with the process.
    private final class Running {
        private let context = Context()
        private let endpoint: String
        private let platform: Platform

        init(_ place: String) throws {
            var configuration = Configuration()
            configuration.data = place + "/platform"
            configuration.rules = Corpus.root + "/rules"
            configuration.registry = Corpus.root + "/registry"
            configuration.metrics = Corpus.root + "/catalogue/metrics.yml"
            configuration.activation = .named
            (configuration.ingest, configuration.feed) = ("tcp://127.0.0.1:*", "tcp://127.0.0.1:*")
            (configuration.history, configuration.control) = ("tcp://127.0.0.1:*", "tcp://127.0.0.1:*")
            let log = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
            let platform = try Platform(configuration, log: log)
            let ready = Monitor<String?>(nil)
            Thread.detachNewThread {
                do {
                    try platform.run { endpoints in ready.change { $0 = endpoints.control } }
                    ready.change { $0 = "" }
                } catch {
                    print("the platform failed: \(error)")
                    ready.change { $0 = "" }
                }
            }
            guard let endpoint = ready.wait(for: .seconds(30), until: { $0 }), !endpoint.isEmpty else {
                throw Broken("the platform does not start")
            }
            (self.endpoint, self.platform) = (endpoint, platform)
        }

        func ask(_ frames: [[UInt8]]) throws -> [UInt8]? {
            var options = SocketOptions()
            (options.receiveTimeout, options.sendTimeout) = (20_000, 20_000)
            let socket = try Socket(context.handle, .req, options)
            try socket.connect(endpoint)
            guard socket.send(frames: frames, wait: true) == .sent else { return nil }
            var received = Frames()
            guard received.receive(from: socket, wait: true) == .message else { return nil }
            return received.bytes(received.count - 1)
        }
    }
}
