import Foundation

/// The real data sets: in the folder that FENGHUO_SHARED names, else beside this checkout or the folder that it is in.
public enum SharedData {
    public static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["FENGHUO_SHARED"] { return named }
        var checkout = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { checkout.deleteLastPathComponent() }
        let beside = ["../shared/data", "../../shared/data"].map {
            checkout.appendingPathComponent($0).standardizedFileURL.path
        }
        return beside.first(where: FileManager.default.fileExists) ?? beside[0]
    }()

    public static func path(_ name: String) -> String { folder + "/" + name }

    /// Whether all of these are there, for `.enabled(if:)`: a test without its data is passed over, and is told as such.
    public static func has(_ names: String...) -> Bool {
        guard let missing = names.first(where: { !FileManager.default.fileExists(atPath: path($0)) }) else {
            return true
        }
        print("skipped: \(missing) is not in \(folder); FENGHUO_SHARED names the folder of the data sets")
        return false
    }
}
