import Foundation

/// How long a start takes after a crash with nothing but the journal, and after a clean stop.
struct Restart {
    /// Events a second until the doors are open.
    private(set) var replay = Samples()
    private(set) var stopSeconds = Samples()
    private(set) var readySeconds = Samples()
    /// Events in the journal.
    let events = Bounds.durableMessages * Bounds.messageEvents

    /// The directory holds a platform that was killed before its first snapshot; each run begins with a copy of it.
    init(_ directory: String) throws {
        for run in 0..<Bounds.runs {
            let copy = "\(directory)-restart-\(run)"
            try FileManager.default.copyItem(atPath: directory, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            let replayed = try PlatformProcess(copy)
            replay.add(Double(events) / replayed.secondsToReady)
            stopSeconds.add(try replayed.stop())
            let again = try PlatformProcess(copy)
            readySeconds.add(again.secondsToReady)
            try again.stop()
        }
    }
}
