import Client

/// Words for how far a sender has come.
enum SendReport {
    static func summary(_ progress: SendProgress) -> String {
        var text = "\(progress.accepted) accepted, \(progress.duplicates) duplicates, \(progress.rejected) rejected"
        text += " in \(progress.batches) batches, \(progress.eventsPerSecond) events/s"
        if progress.resent > 0 { text += ", \(progress.resent) batches sent again" }
        if progress.busy > 0 { text += ", busy \(progress.busy) times" }
        if progress.skippedBatches > 0 {
            text += "\n\(progress.skippedBatches) messages were acknowledged earlier"
            if progress.batches == 0 { text += ": nothing is new" }
        }
        if progress.restarts > 0 {
            text +=
                "\nthe platform's data are not those that acknowledged before (an older copy was restored, or it is another platform): "
                + "the rest was sent under a new epoch; what was acknowledged is not sent again, and may be missing there"
        }
        if progress.leavesOpenLine { text += "\nthe last line has no end yet: it waits for the next run" }
        for note in progress.notes {
            text += "\nnote \(note.code): \(note.count)\(hints[note.code] ?? "")"
            if let example = progress.examples[note.code] { text += ", first \(example)" }
        }
        return text
    }

    /// What a sender should know at once of notes that keep events from being judged.
    private static let hints = [
        "clock_fast":
            " (stored, not judged: under clock: wall their time is ahead of the platform's by more than max_future, under clock: "
            + "events ahead of the others' by more than max_step 已保存、未参与判断)",
        "implausible": " (stored, not judged: outside the metric's plausible range 已保存、未参与判断)",
        "no_rule": " (stored, read by no rule 没有规则使用)",
    ]

    /// A line for each of the first refused events, and how many more there were.
    static func rejects(_ progress: SendProgress, of file: String) -> [String] {
        let shown = progress.rejects.prefix(shownRejects)
        var lines = shown.map { reject in
            let name = reject.id.isEmpty ? "an event without id" : reject.id
            let place = reject.line > 0 ? "\(file):\(reject.line): " : ""
            return
                "\(place)rejected \(name): \(reject.code)\(reject.field.isEmpty ? "" : " " + reject.field): \(reject.reason)"
        }
        if progress.rejected > shown.count {
            lines.append(
                "… \(progress.rejected - shown.count) more: where the platform runs, fenghuo letters list shows what was refused"
            )
        }
        if shown.contains(where: { $0.code == "bad_json" }) { lines.append("NDJSON is one whole event on each line") }
        return lines
    }

    /// Enough to see what is wrong, few enough to read.
    private static let shownRejects = 10

    static func line(_ progress: SendProgress) -> String {
        "\(progress.answered) answered of \(progress.read) read, \(progress.eventsPerSecond) events/s"
    }
}

extension SkippedLines {
    /// A line of text for each, and one for those that are not kept.
    func report(of file: String) -> [String] {
        let unnamed = count - list.count
        return list.map { "\(file):\($0.line): skipped, \($0.reason)" }
            + (unnamed > 0 ? ["… \(unnamed) more lines skipped"] : [])
    }
}
