import Foundation

/// A process that a test starts: what it writes goes to files, so that no full pipe ever makes it wait. Killed with its owner.
final class Child: @unchecked Sendable {
    // @unchecked: Process is started in `init` and afterwards only signalled.
    private let process = Process()
    private let ended = DispatchSemaphore(value: 0)
    private let outputPath: String
    private let errorsPath: String

    init(_ program: String, _ arguments: [String], in scratch: Scratch) throws {
        let name = scratch.path + "/" + UUID().uuidString
        (outputPath, errorsPath) = (name + ".out", name + ".err")
        for path in [outputPath, errorsPath] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorsPath))
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    deinit { if process.isRunning { signal(SIGKILL) } }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorsPath) }
    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// The exit code, or 128 and the signal as shells say it; nil where the process still runs after the time.
    func wait(seconds: Double = 60) -> Int32? {
        guard ended.wait(timeout: .now() + seconds) == .success else { return nil }
        ended.signal()
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// What a command that ended has said.
struct Finished: Sendable {
    var code: Int32
    var output: String
    var errors: String
}

struct StillRunning: Error, CustomStringConvertible {
    var description: String
}

/// Runs a program to its end.
func run(_ program: String, _ arguments: [String], in scratch: Scratch, seconds: Double = 60) throws -> Finished {
    let child = try Child(program, arguments, in: scratch)
    guard let code = child.wait(seconds: seconds) else {
        throw StillRunning(description: "\(program) \(arguments) still runs after \(seconds) s: \(child.errors)")
    }
    return Finished(code: code, output: child.output, errors: child.errors)
}

/// Runs the built command to its end.
func fenghuo(_ arguments: String..., in scratch: Scratch) throws -> Finished {
    try run(Repository.executable, arguments, in: scratch)
}

/// Asks again and again until the condition holds or the time has passed.
func eventually(seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        if Date() > deadline { return false }
        usleep(2000)
    }
    return true
}
