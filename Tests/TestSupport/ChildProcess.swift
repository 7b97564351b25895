import CSpawn
import Foundation
import Glibc
import Synchronization

/// A process that a test starts: what it writes goes to files, so that no full pipe ever makes it wait. Killed with its owner.
///
/// Not Foundation's `Process`: in Swift 6.3 each one leaves descriptors behind (3,000 after all tests), and its `run` reads
/// past a directory entry of /proc/self/fd, which crashes where some 1,300 are open (swift-corelibs-foundation #5472).
public final class ChildProcess: Sendable {
    public let pid: pid_t
    private let outputPath: String
    private let errorsPath: String
    /// The exit code once the process has been reaped: its pid means nothing from then on.
    private let code = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - program: the path of an executable file.
    ///   - directory: where its two output files are made.
    ///   - working: the working directory of the process; nil: that of the test.
    public init(_ program: String, _ arguments: [String], in directory: String, working: String? = nil) throws {
        let name = directory + "/" + UUID().uuidString
        (outputPath, errorsPath) = (name + ".out", name + ".err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorsPath, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let working { posix_spawn_file_actions_addchdir_np(&actions, working) }
        let words = ([program] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, program, &actions, nil, words + [nil], environ)
        guard failure == 0 else { throw NotStarted(description: "\(program): \(String(cString: strerror(failure)))") }
        self.pid = pid
    }

    deinit {
        signal(SIGKILL)
        _ = wait()
    }

    public var output: String { Self.text(outputPath) }
    public var errors: String { Self.text(errorsPath) }
    public var isRunning: Bool { ended() == nil }

    public func signal(_ number: Int32) {
        code.withLock { code in if code == nil { kill(pid, number) } }
    }

    /// The exit code, or 128 and the signal as shells say it; nil where the process still runs after the time.
    public func wait(seconds: Double = 60) -> Int32? {
        _ = eventually(seconds: seconds) { ended() != nil }
        return ended()
    }

    private func ended() -> Int32? {
        code.withLock { code in
            var status: Int32 = 0
            if code == nil, waitpid(pid, &status, WNOHANG) == pid {
                code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
            }
            return code
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

public struct NotStarted: Error, CustomStringConvertible {
    public var description: String
}

public struct StillRunning: Error, CustomStringConvertible {
    public var description: String
}

/// What a command that ended has said.
public struct Finished: Sendable {
    public var code: Int32
    public var output: String
    public var errors: String
}

/// Runs a program to its end.
public func run(
    _ program: String, _ arguments: [String], in directory: String, working: String? = nil, seconds: Double = 60
) throws -> Finished {
    let child = try ChildProcess(program, arguments, in: directory, working: working)
    guard let code = child.wait(seconds: seconds) else {
        throw StillRunning(description: "\(program) \(arguments) still runs after \(seconds) s: \(child.errors)")
    }
    return Finished(code: code, output: child.output, errors: child.errors)
}

/// Asks again and again until the condition holds or the time has passed.
public func eventually(seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        if Date() > deadline { return false }
        usleep(2000)
    }
    return true
}
