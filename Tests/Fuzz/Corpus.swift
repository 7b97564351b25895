import Foundation
import TestSupport

/// What the cases begin with: files of the repository, and of the real data beside it where that is there.
enum Corpus {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Every file below a folder with one of these endings, by path; empty where there is no such folder.
    static func files(_ folder: String, _ endings: [String], upTo bytes: Int = 1 << 16) -> [(
        path: String, bytes: [UInt8]
    )] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { name in endings.contains { name.hasSuffix($0) } }.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name), data.count <= bytes else {
                return nil
            }
            return (name, Array(data))
        }
    }

    static func own(_ folder: String, _ endings: [String]) -> [(path: String, bytes: [UInt8])] {
        files(root + "/" + folder, endings)
    }

    static func real(_ folder: String, _ endings: [String], upTo bytes: Int = 1 << 16) -> [[UInt8]] {
        let path = SharedData.path(folder)
        if !FileManager.default.fileExists(atPath: path) {
            FileHandle.standardError.write(Data("no real data in \(path): cases begin without them\n".utf8))
        }
        return files(path, endings, upTo: bytes).map(\.bytes)
    }
}
