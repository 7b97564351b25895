/// How long a start takes after a crash with nothing but the journal, and after a clean stop.
struct Restart {
    let replaySeconds: Double
    let stopSeconds: Double
    let readySeconds: Double
    /// Events in the journal.
    let events: Int

    /// The directory holds a platform that was killed before its first snapshot.
    init(_ directory: String) throws {
        events = Bounds.durableMessages * Bounds.messageEvents
        let replayed = try PlatformProcess(directory)
        replaySeconds = replayed.secondsToReady
        stopSeconds = try replayed.stop()
        let again = try PlatformProcess(directory)
        readySeconds = again.secondsToReady
        try again.stop()
    }
}
