import Foundation
import Messaging

/// A city of 100,000 subjects for a long time, at a pace: prints a line every few minutes, so that growth is seen.
enum Soak {
    static func run(in directory: String, _ load: Load, minutes: Int) throws {
        let platform = try PlatformProcess(directory + "/soak", snapshotSeconds: 60)
        let context = Context()
        var sender = try StreamSender(context.handle, platform.ingest)
        print("| minutes | events | platform's memory, MB | its peak, MB | CPU, ns/event |\n|---|---|---|---|---|")
        let started = Clocks.wall()
        var (sent, told, computed) = (0, 0, platform.computedSeconds)
        for second in 0..<minutes * 60 {
            let begun = Clocks.wall()
            let first = second * Bounds.soakMessages
            // Not as a stream: what comes again is told by the events' identities, which are remembered.
            let last = try sender.send(load.messages(first..<first + Bounds.soakMessages), asStream: false)
            sent += Bounds.soakMessages * Bounds.messageEvents
            let passed = second + 1
            if passed % (60 * Bounds.soakMinutes) == 0 || passed == minutes * 60 {
                try platform.awaitApplied(try position(last))
                let (resident, peak) = (Double(platform.residentBytes) / 1e6, Double(platform.peakBytes) / 1e6)
                let now = platform.computedSeconds
                print(
                    String(
                        format: "| %.0f | %d | %.0f | %.0f | %.0f |", (Clocks.wall() - started) / 60, sent, resident,
                        peak,
                        (now - computed) / Double(sent - told) * 1e9))
                fflush(nil)
                (computed, told) = (now, sent)
            }
            let left = begun + 1 - Clocks.wall()
            if left > 0 { usleep(UInt32(left * 1e6)) }
        }
        try platform.stop()
    }
}
