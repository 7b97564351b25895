import Foundation

/// Where this checkout lies, what was built from it, and the data sets beside it.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The command that was built with these tests: it lies beside their bundle.
    static let executable: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("fenghuo").path
    }()

    /// A file of the shared data sets, or nil, with a line that says what is skipped, where they are not on this machine.
    static func shared(_ file: String) -> String? {
        let folder = ProcessInfo.processInfo.environment["FENGHUO_SHARED"] ?? root + "/../shared/data"
        let path = folder + "/" + file
        if FileManager.default.fileExists(atPath: path) { return path }
        print("skipped: \(path) is not here; FENGHUO_SHARED names the folder of the data sets")
        return nil
    }
}
