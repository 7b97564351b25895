import Delivery
import Engine
import Events
import Foundation
import Ingest
import RuleFiles
import StrictYAML

/// How one platform runs: every key with its default; `fenghuo.yml` in the repository writes them all out.
public struct Configuration: Sendable {
    /// Journal, alert store, snapshots and keys live here.
    public var data = "data"
    public var rules = "rules"
    public var registry = RegistryDirectory.standard
    public var metrics = "catalogue/metrics.yml"
    public var activation = Activation.watched
    public var clock = Timing.Clock.wall
    public var maxFuture = TimeSpan.seconds(30)
    /// Under `clock: events`: an event further ahead of those before it is stored, not evaluated, and moves no clock.
    public var maxStep = TimeSpan.days(31)
    public var idleTimeout = TimeSpan.minutes(1)
    /// ROUTER for REQ and DEALER.
    public var ingest = "tcp://127.0.0.1:7400"
    /// PULL, no acknowledgement; `none` is off.
    public var lossyIngest = "none"
    public var feed = "tcp://127.0.0.1:7410"
    public var history = "tcp://127.0.0.1:7411"
    /// Status and operator requests.
    public var control = "tcp://127.0.0.1:7412"
    /// nil: nothing is forwarded.
    public var forward: Forwarder.Settings?
    public var department = Department(id: "default", defaultSource: "/default")
    /// Unsequenced identities remembered to tell repeats.
    public var duplicateWindow = 1_000_000
    public var segmentBytes: Int64 = 256 << 20
    public var segmentAge = TimeSpan.days(1)
    /// Network logs must be kept for at least six months.
    public var retentionDays = 200
    /// Bytes of all segments at which the status turns degraded; 0: never. Nothing is dropped.
    public var journalCap: Int64 = 0
    public var snapshotEvery = TimeSpan.minutes(5)

    /// Days; network logs must be kept for six months. `fenghuo journal prune --force` deletes earlier.
    static let retention = 183...36_500

    public init() {}

    /// How a changed rules directory becomes the running set.
    public enum Activation: String, Sendable, CaseIterable {
        /// By itself, once quiet, and at each start: for development.
        case watched
        /// By `fenghuo rules activate`, with a name and a reason: for production.
        case named
    }

    /// The timing that the rule set is journaled with.
    public var timing: Timing { Timing(clock: clock, maxFuture: maxFuture, idleTimeout: idleTimeout) }
}

extension Configuration {
    public static let keys = [
        "data", "rules", "registry", "metrics", "activation", "clock", "max_future", "max_step", "idle_timeout",
        "ingest", "lossy_ingest", "feed", "history", "control", "forward", "department", "duplicate_window",
        "segment_bytes", "segment_age", "retention_days", "journal_cap", "snapshot_every",
    ]

    static let departmentKeys = ["id", "source", "source_prefixes", "local_offset_minutes", "backfill_age"]

    /// Reads a file; keys it leaves out keep their defaults. Every problem is in the error, with its place.
    public init(file path: String) throws(PlatformError) {
        self.init()
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .configuration("\(path): cannot be read; start without --config for the defaults")
        }
        let findings = Findings()
        if let root = YAMLDocument.read(path: path, bytes: Array(bytes), findings: findings),
            let fields = root.fields(Self.keys)
        {
            read(fields)
        }
        guard !findings.hasErrors else {
            throw .configuration(findings.sorted.map(\.rendered).joined(separator: "\n"))
        }
    }

    private mutating func read(_ fields: YAMLFields) {
        func text(_ key: String, _ value: inout String) { value = fields.read(key, or: value) { $0.string() } ?? value }
        func span(_ key: String, _ value: inout TimeSpan, _ range: ClosedRange<TimeSpan>) {
            value = fields.read(key, or: value) { $0.span(in: range) } ?? value
        }
        func number(_ key: String, _ value: Int, _ range: ClosedRange<Int>) -> Int {
            fields.read(key, or: value) { $0.int(in: range) } ?? value
        }
        text("data", &data)
        text("rules", &rules)
        text("registry", &registry)
        text("metrics", &metrics)
        func endpoint(_ key: String, _ value: inout String, orNone: Bool = false) {
            value = fields.read(key, or: value) { $0.endpoint(orNone: orNone) } ?? value
        }
        endpoint("ingest", &ingest)
        endpoint("lossy_ingest", &lossyIngest, orNone: true)
        endpoint("feed", &feed)
        endpoint("history", &history)
        endpoint("control", &control)
        activation =
            fields.read("activation", or: activation) { $0.word(of: Activation.allCases.map { ($0.rawValue, $0) }) }
            ?? activation
        clock = fields.read("clock", or: clock) { $0.word(of: [("wall", .wall), ("events", .events)]) } ?? clock
        span("max_future", &maxFuture, .zero ... .days(1))
        span("idle_timeout", &idleTimeout, .seconds(1) ... .days(1))
        span("segment_age", &segmentAge, .minutes(1) ... .days(366))
        span("snapshot_every", &snapshotEvery, .seconds(1) ... .days(1))
        if let item = fields.optional("max_step") { maxStep = item.span(in: .days(1) ... .days(36_500)) ?? maxStep }
        duplicateWindow = number("duplicate_window", duplicateWindow, 1000...50_000_000)
        segmentBytes = Int64(number("segment_bytes", Int(segmentBytes), (1 << 20)...(1 << 36)))
        journalCap = Int64(number("journal_cap", Int(journalCap), 0...(1 << 50)))
        retentionDays = number("retention_days", retentionDays, Self.retention)
        if let item = fields.optional("department") { readDepartment(item) }
        if let item = fields.optional("forward") { readForward(item) }
    }

    private mutating func readDepartment(_ item: YAMLItem) {
        guard let fields = item.fields(Self.departmentKeys)
        else { return }
        func name(_ item: YAMLItem) -> String? {
            guard let text = item.string() else { return nil }
            guard text.utf8.count <= Limits.stringBytes, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                item.report(
                    "invalid_name", "\(item.name) takes at most \(Limits.stringBytes) bytes without control characters")
                return nil
            }
            return text
        }
        // Together with a source it is a key, in which it stands before the first blank.
        func departmentName(_ item: YAMLItem) -> String? {
            guard let id = name(item) else { return nil }
            guard !id.contains(" ") else {
                item.report("invalid_name", "department.id takes a name without blanks")
                return nil
            }
            return id
        }
        let id = fields.read("id", or: department.id, departmentName) ?? department.id
        let source = fields.read("source", or: department.defaultSource, name) ?? department.defaultSource
        department = Department(id: id, defaultSource: source)
        department.sourcePrefixes = fields.read("source_prefixes", or: []) { $0.strings(atMost: 64) } ?? []
        department.localOffsetMinutes = fields.optional("local_offset_minutes").flatMap { item in
            guard let minutes = item.int(in: -840...840) else { return nil }
            // 8 is not eight hours.
            guard minutes % 15 == 0 else {
                item.report("invalid_offset", "local_offset_minutes takes minutes, as 480 for +08:00: a multiple of 15")
                return nil
            }
            return minutes
        }
        department.backfillAge = fields.optional("backfill_age").flatMap { $0.span(in: .seconds(1) ... .days(36_500)) }
    }
}

extension YAMLItem {
    /// `tcp://HOST:PORT` with a port of 1…65535 or `*`, or `ipc://PATH`. (libzmq takes ports modulo 65,536.)
    func endpoint(orNone: Bool) -> String? {
        guard let text = string() else { return nil }
        if orNone, text == "none" { return text }
        let isLocal = text.hasPrefix("ipc://") && text.utf8.count > 6
        let parts = text.dropFirst(6).split(separator: ":", omittingEmptySubsequences: false)
        let isRemote = text.hasPrefix("tcp://") && parts.count >= 2 && !parts[0].isEmpty
        let port = parts.last ?? ""
        if isLocal || (isRemote && (port == "*" || (UInt16(port) ?? 0) > 0)) { return text }
        report(
            "invalid_endpoint",
            "\(name) is tcp://HOST:PORT with a port of 1…65535, or ipc://PATH\(orNone ? ", or none" : "")")
        return nil
    }
}
