import ArgumentParser
import Foundation

/// The exit codes that scripts may rely on.
enum Exit {
    static let findings = ExitCode(1)
    static let ruleError = ExitCode(2)
    static let usage = ExitCode(3)
    static let unreachable = ExitCode(4)

    /// Says why on standard error and ends with the code.
    static func fail(_ message: String, _ code: ExitCode) -> ExitCode {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        return code
    }

    /// Nothing to look into is not the same as nothing found.
    static func require(_ path: String, _ what: String, option: String = "--data") throws {
        guard access(path, F_OK) != 0 else { return }
        if errno == EACCES {
            throw fail("this user may not look at \(path): be the user that runs the platform", ruleError)
        }
        var text = "no \(what) at \(path); name the platform's data directory with \(option)"
        if FileManager.default.fileExists(atPath: "data/demo/.demo") {
            text += ": make run keeps its own in data/demo (\(option) data/demo)"
        }
        throw fail(text, ruleError)
    }
}
