import Events
import Foundation
import Histogram

/// Runs every measure and prints one table; `make bench` starts it.
@main enum Benchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "platform", let seconds = Int(arguments[3]) {
            return try PlatformChild.run(arguments[2], snapshotSeconds: seconds)
        }
        if arguments.count >= 2, arguments[1] == "engine" { return engineAlone(arguments.dropFirst(2).first) }
        if arguments.count == 2, arguments[1] == "snapshot" {
            var table = ResultTable()
            add(SnapshotPause(.scattered), to: &table)
            return print(table.text)
        }
        if arguments.count >= 2, arguments[1] == "door" { return try doorAlone(arguments.dropFirst(2).first) }
        if arguments.count == 3, arguments[1] == "durable" {
            var table = ResultTable()
            try within(arguments[2]) { add(try DurableEndToEnd(in: $0, today(Bounds.subjects)), to: &table) }
            return print(table.text)
        }
        if arguments.count == 3, arguments[1] == "overload" {
            var table = ResultTable()
            try within(arguments[2]) { add(try Overload(in: $0), to: &table) }
            return print(table.text)
        }
        if arguments.count == 4, arguments[1] == "soak", let minutes = Int(arguments[3]), minutes > 0 {
            return try within(arguments[2]) { try Soak.run(in: $0, today(Bounds.memorySubjects), minutes: minutes) }
        }
        if arguments.count == 3, arguments[1] == "restart" {
            var table = ResultTable()
            try within(arguments[2]) { directory in
                _ = try DurableEndToEnd(in: directory, today(Bounds.subjects), runs: 1)
                add(try Restart("\(directory)/durable-0"), to: &table)
            }
            return print(table.text)
        }
        guard arguments.count == 2 else {
            FileHandle.standardError.write(
                Data(
                    "usage: Benchmarks engine [SUBJECTS] | door [MESSAGES] | snapshot | [durable | restart | overload] DIRECTORY | soak DIRECTORY MINUTES (on the disk to measure; emptied afterwards)\n"
                        .utf8
                ))
            exit(3)
        }
        try within(arguments[1]) { try run(in: $0) }
    }

    /// A folder of its own, which is gone afterwards.
    private static func within(_ place: String, _ body: (String) throws -> Void) throws {
        let directory = "\(place)/bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    /// The engine's rates only, in seconds: for whoever changes it. `subjects`: only that of many rules, with so many.
    private static func engineAlone(_ subjects: String?) {
        var table = ResultTable()
        let start = Timestamp(seconds: 1_790_000_000)
        if let subjects = subjects.flatMap({ Int($0) }) {
            addManyRules(start, subjects, target: "", to: &table)
        } else {
            addEngine(Load(subjects: Bounds.subjects, start: start), to: &table)
        }
        print(table.text)
    }

    /// The ingest thread only; under a profiler with fewer messages than usual.
    private static func doorAlone(_ messages: String?) throws {
        var table = ResultTable()
        let count = messages.flatMap { Int($0) } ?? Bounds.durableMessages / 2
        addDoor(try DecodeAlone.run(today(Bounds.subjects).messages(0..<count)), to: &table)
        print(table.text)
    }

    /// Events of yesterday: a platform takes no others for new.
    private static func today(_ subjects: Int) -> Load {
        Load(subjects: subjects, start: Timestamp(seconds: Int64(Date().timeIntervalSince1970) - 86_400))
    }

    private static func run(in directory: String) throws {
        let (load, crowd) = (today(Bounds.subjects), today(Bounds.memorySubjects))
        var table = ResultTable()

        say(Machine.summary)
        say("4 kB written and synced: \(number(Machine.syncMicroseconds(in: directory))) µs")
        say("engine's memory")
        let engineMemory = Memory.engine(crowd)
        say("pause for a snapshot")
        add(SnapshotPause(.scattered), to: &table)
        say("condition")
        add(try ThresholdCondition(), to: &table)
        say("engine alone")
        addEngine(load, to: &table)
        say("decode alone")
        addDoor(try DecodeAlone.run(load.messages(0..<Bounds.durableMessages / 2)), to: &table)
        say("latency of single events")
        add(try SingleEventLatency(in: directory), to: &table)
        say("durable end to end, \(Bounds.runs) runs in turn with the bare loop")
        add(try DurableEndToEnd(in: directory, load), to: &table)
        say("restart")
        add(try Restart("\(directory)/durable-\(Bounds.runs - 1)"), to: &table)
        say("overload")
        add(try Overload(in: directory), to: &table)
        say("memory of a platform")
        add(try Memory(in: directory, engine: engineMemory, crowd), to: &table)
        say(Machine.summary)
        print(table.text)
    }

    private static func addDoor(_ cost: Samples, to table: inout ResultTable) {
        table.add("ingest thread alone, ns/event", number(cost.median))
    }

    private static func addEngine(_ load: Load, to table: inout ResultTable) {
        let (rate, decisions) = EngineAlone.usual(load)
        table.add(
            "engine alone, 24 rules, events/s per core (\(decisions) decisions)", thousands(rate.median),
            target: "≥ 1,000 k")
        addManyRules(load.start, Bounds.fewSubjects, target: "≤ 300", to: &table)
        addManyRules(load.start, Bounds.memorySubjects, target: "", to: &table)
    }

    private static func addManyRules(
        _ start: Timestamp, _ subjects: Int, target: String, to table: inout ResultTable
    ) {
        let many = EngineAlone.manyRules(start, subjects: subjects)
        table.add(
            "engine, 5 of 100 rules match, \(subjects) subjects, ns/event (least … greatest)",
            "\(number(many.median)) (\(number(many.least)) … \(number(many.greatest)))", target: target)
    }

    private static func add(_ measure: SnapshotPause, to table: inout ResultTable) {
        let (size, encoding) = (measure.bytes >> 20, number(measure.encoding))
        table.add(
            "longest turn beside a snapshot of \(measure.keys / 1000) k keys, \(size) MB, encoded in \(encoding) ms (without), ms",
            "\(number(measure.during)) (\(number(measure.usual)))", target: "≤ 50")
    }

    private static func add(_ measure: Overload, to table: inout ResultTable) {
        func quantiles(_ values: [Double]) -> String {
            guard let last = values.max() else { return "none" }
            let sorted = values.sorted()
            return
                "p50 \(number(sorted[sorted.count / 2])), p99 \(number(sorted[sorted.count * 99 / 100])), most \(number(last))"
        }
        table.add("one department, \(Bounds.inFlight) in flight, events/s", thousands(measure.capacity))
        table.add(
            "acknowledged while three have three times that to send (\(thousands(measure.sent)) left them), events/s",
            thousands(measure.acknowledged))
        table.add("until the answer to what was accepted, ms", quantiles(measure.waits))
        table.add(
            "beside them, single events (\(measure.answers.count), and \(measure.busy) told busy): until the answer, ms",
            quantiles(measure.answers))
        table.add("until the alarm at a subscriber, ms", quantiles(measure.alarms))
        table.add("platform's memory, MB", number(Double(measure.residentBytes) / 1e6))
    }

    private static func add(_ measure: ThresholdCondition, to table: inout ResultTable) {
        table.add(
            "condition on value and quality, ns (plain closure)",
            "\(number(measure.expression.median)) (\(number(measure.closure.median)))")
    }

    private static func add(_ measure: SingleEventLatency, to table: inout ResultTable) {
        func quantiles(_ histogram: Histogram<UInt64>) -> String {
            let (p50, p99) = (histogram.valueAtPercentile(50), histogram.valueAtPercentile(99))
            return "p50 \(number(Double(p50) / 1000)), p99 \(number(Double(p99) / 1000))"
        }
        table.add("single event → durable answer, ms", quantiles(measure.answers))
        table.add(
            "single event → alarm at a subscriber, ms",
            measure.hasFeed ? quantiles(measure.alarms) : "not measured: this build has no feed",
            target: "p50 ≤ 3, p99 ≤ 10")
    }

    private static func add(_ measure: DurableEndToEnd, to table: inout ResultTable) {
        table.add(
            "bare DEALER→ROUTER, events/s of \(measure.bytesPerEvent) B", thousands(measure.bare.median))
        table.add("durable, to the last acknowledgement, events/s", thousands(measure.acknowledged.median))
        table.add("durable, to the last one applied, events/s", thousands(measure.applied.median))
        let (least, greatest) = (measure.ratio.least, measure.ratio.greatest)
        table.add(
            "**ratio durable / bare** (least … greatest)",
            "\(number(measure.ratio.median)) (\(number(least)) … \(number(greatest)))", target: "≥ 0.2, goal 0.33")
        table.add("platform's CPU, all threads, ns/event", number(measure.computed.median * 1000))
        for (thread, cost) in measure.threads.sorted(by: { $0.value.median > $1.value.median }) {
            table.add("of it, thread \(thread)", number(cost.median * 1e9))
        }
    }

    private static func add(_ measure: Restart, to table: inout ResultTable) {
        table.add(
            "clean stop, then ready, s",
            "\(number(measure.stopSeconds.median)), \(number(measure.readySeconds.median))",
            target: "≤ 5")
        let (least, greatest) = (thousands(measure.replay.least), thousands(measure.replay.greatest))
        table.add(
            "ready after kill -9 with \(measure.events / 1000) k events and no snapshot, events/s (least … greatest)",
            "\(thousands(measure.replay.median)) (\(least) … \(greatest))", target: "≥ 500 k")
    }

    private static func add(_ measure: Memory, to table: inout ResultTable) {
        table.add(
            "engine's memory, 100 k subjects, \(measure.keys / 1000) k keys, MB (B/key)",
            "\(number(Double(measure.engineBytes) / 1e6)) (\(measure.engineBytes / max(1, measure.keys)))",
            target: "≤ 1.2 kB a windowed key")
        table.add(
            "platform's memory, 100 k subjects, 1 M events, MB", number(Double(measure.processBytes) / 1e6),
            target: "≤ 250")
        table.add(
            "its peak, a snapshot a second under full load, restarted, MB", number(Double(measure.peakBytes) / 1e6))
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("# \(text)\n".utf8)) }

    /// Three significant digits.
    private static func number(_ value: Double) -> String {
        value >= 100 ? String(Int(value.rounded())) : String(format: value >= 10 ? "%.1f" : "%.2f", value)
    }

    private static func thousands(_ perSecond: Double) -> String { "\(number(perSecond / 1000)) k" }
}
