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

    /// Where the data sets may lie: the folder that FENGHUO_SHARED names, or beside this checkout or the folder it is in.
    private static let dataFolders =
        [ProcessInfo.processInfo.environment["FENGHUO_SHARED"]].compactMap { $0 }
        + ["/../shared/data", "/../../shared/data"].map { root + $0 }

    /// A file of the shared data sets, or nil, with a line that says what is skipped, where they are not on this machine.
    static func shared(_ file: String) -> String? {
        let paths = dataFolders.map { $0 + "/" + file }
        if let found = paths.first(where: FileManager.default.fileExists) { return found }
        print("skipped: \(file) is not in any of \(dataFolders); FENGHUO_SHARED names the folder of the data sets")
        return nil
    }
}
