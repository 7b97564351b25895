import Client
import Foundation

/// Words for how far a sender has come.
enum SendReport {
    static func summary(_ progress: SendProgress) -> String {
        var text = "\(progress.accepted) accepted, \(progress.duplicates) duplicates, \(progress.rejected) rejected"
        text += " in \(progress.batches) batches, \(progress.eventsPerSecond) events/s"
        if progress.resent > 0 { text += ", \(progress.resent) batches sent again" }
        if progress.busy > 0 { text += ", busy \(progress.busy) times" }
        for note in progress.notes { text += "\nnote \(note.code): \(note.count)" }
        return text
    }
}

/// One line on standard error that is written over, where standard error is a terminal.
final class ProgressLine {
    private let isTerminal = isatty(2) == 1
    private var last = Date.distantPast
    private var isShown = false

    func show(_ progress: SendProgress) {
        guard isTerminal, Date().timeIntervalSince(last) > 0.1 else { return }
        last = Date()
        isShown = true
        write("\r\u{1B}[2K\(progress.answered) answered of \(progress.read) read, \(progress.eventsPerSecond) events/s")
    }

    func end() { if isShown { write("\r\u{1B}[2K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
