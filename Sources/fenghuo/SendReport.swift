import Client

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

    static func line(_ progress: SendProgress) -> String {
        "\(progress.answered) answered of \(progress.read) read, \(progress.eventsPerSecond) events/s"
    }
}
