import ArgumentParser
import Events
import Foundation
import Journal
import Platform

/// `fenghuo journal …`: looks into the durable record; none of these needs the platform to run.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Look into the journal, check it, export it, prune it.",
        subcommands: [
            InfoCommand.self, VerifyCommand.self, ExportCommand.self, PruneCommand.self, EraseKeyCommand.self,
        ])

    struct Options: ParsableArguments {
        @Option(help: "The platform's data directory.") var data = "data"

        func requireJournal() throws { try Exit.require(data + "/journal", "journal") }
    }

    struct InfoCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info", abstract: "Segments, positions, bytes, times, compression.")
        @OptionGroup var options: Options
        @Option(help: "table or json.") var format = OutputFormat.table

        func run() throws {
            try options.requireJournal()
            let info = try Journal.info(data: options.data)
            switch format {
            case .json:
                try printJSON(
                    info.segments.map { segment in
                        SegmentRow(
                            name: segment.name, rows: segment.rows, first: segment.positions.lowerBound,
                            next: segment.positions.upperBound, bytes: segment.bytes,
                            from: segment.received.map { Self.stamp($0.lowerBound) },
                            to: segment.received.map { Self.stamp($0.upperBound) }
                        )
                    })
            case .table:
                var table = Table("segment", "positions", "rows", "bytes", "from", "to")
                for segment in info.segments {
                    table.add(
                        segment.name, "\(segment.positions.lowerBound)..<\(segment.positions.upperBound)",
                        "\(segment.rows)", "\(segment.bytes)",
                        segment.received.map { Self.stamp($0.lowerBound) } ?? "-",
                        segment.received.map { Self.stamp($0.upperBound) } ?? "-")
                }
                print(table.text)
                if let ratio = info.compressionRatio { print("compression \(String(format: "%.1f", ratio)) : 1") }
            }
        }

        /// Under event time what enters before the first event has no time yet.
        private static func stamp(_ time: Timestamp) -> String {
            let text = time.formattedStamp
            return text.isEmpty ? "before the first event" : text
        }

        private struct SegmentRow: Encodable {
            var name: String
            var rows: Int64
            var first: Int64
            var next: Int64
            var bytes: Int64
            var from: String?
            var to: String?
        }
    }

    struct VerifyCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check every row: integrity, hash chain, positions, stamps.",
            discussion: "Exit code 1 where a problem is found; the first one is named.")
        @OptionGroup var options: Options

        func run() throws {
            try options.requireJournal()
            let report = try Journal.verify(data: options.data)
            print("\(report.segments) segments, \(report.rows) rows, \(report.events) events")
            print("positions \(report.first)..<\(report.next)")
            if report.erased > 0 { print("\(report.erased) rows with erased restricted fields") }
            for key in report.missingKeys.sorted() {
                print(
                    "key \(key) is not in keys/ or damaged, and was not erased: bring it back from the backup, nothing opens its fields"
                )
            }
            print("last hash \(report.last.hex)")
            let missing = try missingBeginning(ofJournalIn: options.data)
            guard let problem = report.problem?.description ?? missing else { return print("ok") }
            throw Exit.fail("problem: \(problem)", Exit.findings)
        }
    }

    struct ExportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write events as NDJSON to standard output.")
        @OptionGroup var options: Options
        @Option(help: "First position; left out: the oldest kept.") var from: Int64?
        @Option(help: "Position to stop before.") var to: Int64 = .max
        @Flag(help: "With free text and reporter fields, as they were sent: personal data.") var restricted = false

        func validate() throws {
            guard from ?? 1 >= 1, to >= from ?? 1 else {
                throw ValidationError("--from is at least 1 and not above --to")
            }
        }

        func run() throws {
            try options.requireJournal()
            let count: Int
            do {
                count = try Journal.export(data: options.data, from: from, upTo: to, restricted: restricted) { bytes in
                    try FileHandle.standardOutput.write(contentsOf: bytes)
                }
            } catch JournalError.beyondEnd(_, let end) {
                throw Exit.fail("the journal ends at \(end): nothing is there from --from on", Exit.findings)
            }
            FileHandle.standardError.write(Data("\(count) events\n".utf8))
            if from == nil, let missing = try missingBeginning(ofJournalIn: options.data) {
                throw Exit.fail("problem: \(missing)", Exit.findings)
            }
        }
    }

    struct PruneCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Delete whole segments older than the retention.",
            discussion: "The platform must be stopped. What is not yet applied or needed by the oldest snapshot stays.")
        @OptionGroup var options: Options
        @Option(help: "Days of entries to keep; network logs must be kept for at least six months.") var days = 200
        @Flag(help: "Allow fewer than 183 days.") var force = false

        func validate() throws {
            guard (1...36_500).contains(days) else { throw ValidationError("--days is 1…36500") }
            guard days >= 183 || force else {
                throw ValidationError("network logs must be kept for at least six months; --force to delete earlier")
            }
        }

        func run() throws {
            try options.requireJournal()
            let report = try pruneJournal(data: options.data, days: days) { print($0) }
            for segment in report.removed { print("removed \(segment.name) (\(segment.bytes) bytes)") }
            for segment in report.kept { print("kept \(segment.name): \(segment.reason)") }
        }
    }
    struct EraseKeyCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase-key", abstract: "Make the personal fields of one month unreadable for ever.",
            discussion: """
                Free text and reporters of reports are encrypted with a key a month, KEY is its file in keys/ without .key. \
                Without the key they cannot be read, in copies of the journal neither; the hash chain stays whole. \
                The dead letters of the month, which are kept as they were sent, are deleted. \
                The platform must be stopped. A copy of the key elsewhere is yours to destroy.
                """)
        @Argument(help: "The key, as in 2026-07.") var key: String
        @OptionGroup var options: Options
        @Flag(help: "It cannot be undone.") var force = false

        func validate() throws {
            guard force else { throw ValidationError("erasing cannot be undone: --force to do it") }
        }

        func run() throws {
            try options.requireJournal()
            var others: [String] = []
            let letters = try Journal.whileOwning(data: options.data) {
                let keys = KeyStore(data: options.data)
                guard try keys.ids().contains(key) else {
                    let known = try keys.ids().joined(separator: ", ")
                    throw Exit.fail("no key \(key) in \(options.data)/keys; there are: \(known)", Exit.findings)
                }
                try keys.erase(key)
                others = try keys.ids().filter { $0.hasPrefix(key.prefix(7)) }
                // Refused events are kept as they were sent.
                return try DeadLetters(data: options.data).erase(month: String(key.prefix(7)))
            }
            print(
                "erased \(key): the personal fields received under it can never be read again; "
                    + "\(letters) dead letters of the month are deleted")
            if !others.isEmpty {
                print("the month has other keys, which are still there: \(others.joined(separator: ", "))")
            }
        }
    }
}
