import Foundation

/// Strikes a platform while something is sent to it, and starts it again on a thread of its own: the sender meets a dead port first.
final class Killer: @unchecked Sendable {
    // @unchecked: the next strike and the test wait for the thread of the one before.
    enum Strike {
        /// SIGKILL; every second time once more while it recovers.
        case kill
        /// SIGTERM, which must end it with 0 and leave nothing to replay.
        case terminate
        /// SIGSTOP for a while, then SIGCONT.
        case pause(microseconds: UInt32)
        /// SIGSTOP, and SIGKILL before it goes on.
        case pauseAndKill
    }

    struct NotClean: Error, CustomStringConvertible { var description: String }

    let platform: RunningPlatform
    private let done = DispatchSemaphore(value: 1)
    private(set) var kills = 0
    private(set) var stops = 0
    private(set) var pauses = 0
    private(set) var replays = 0
    private var failure: (any Error)?

    var strikes: Int { kills + stops + pauses }

    init(_ platform: RunningPlatform) { self.platform = platform }

    /// Without a delay the platform is struck when this returns; else the sender goes on meanwhile.
    func strike(_ how: Strike, after microseconds: UInt32? = nil) {
        done.wait()
        if microseconds == nil { begin(how) }
        Thread.detachNewThread { [self] in
            do {
                if let microseconds {
                    usleep(microseconds)
                    begin(how)
                }
                try end(how)
            } catch {
                failure = error
            }
            done.signal()
        }
    }

    private func begin(_ how: Strike) {
        switch how {
        case .kill: platform.kill()
        case .terminate: platform.signal(SIGTERM)
        case .pause, .pauseAndKill: platform.signal(SIGSTOP)
        }
    }

    private func end(_ how: Strike) throws {
        switch how {
        case .kill:
            kills += 1
            if kills.isMultiple(of: 2) {
                try platform.launch()
                _ = eventually { platform.log.contains("replayed") || !platform.isRunning }
                platform.kill()
            }
            try start()
        case .terminate:
            stops += 1
            let code = platform.waitForEnd()
            guard code == 0 else { throw NotClean(description: "SIGTERM ended it with \(String(describing: code))") }
            try platform.start()
            guard !platform.log.contains("replayed") else { throw NotClean(description: "a clean stop left a replay") }
        case .pause(let microseconds):
            pauses += 1
            usleep(microseconds)
            platform.signal(SIGCONT)
        case .pauseAndKill:
            kills += 1
            platform.kill()
            try start()
        }
    }

    private func start() throws {
        try platform.start()
        if platform.log.contains("replayed") { replays += 1 }
    }

    func finish() throws {
        done.wait()
        done.signal()
        if let failure { throw failure }
    }
}
