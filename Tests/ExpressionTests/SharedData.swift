import Foundation

/// Where the real data lies: beside the package, or where FENGHUO_SHARED says.
enum SharedData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["FENGHUO_SHARED"] { return URL(filePath: path) }
        var package = URL(filePath: #filePath)
        for _ in 0..<3 { package.deleteLastPathComponent() }
        let beside = package.appending(path: "../shared/data").standardizedFileURL
        if FileManager.default.fileExists(atPath: beside.path) { return beside }
        return package.appending(path: "../../shared/data").standardizedFileURL
    }()

    /// nil, and a printed line, when it is not there.
    static func read(_ path: String) -> Data? {
        let data = FileManager.default.contents(atPath: folder.appending(path: path).path)
        if data == nil { print("skipped: \(path) is not in the shared data") }
        return data
    }
}
