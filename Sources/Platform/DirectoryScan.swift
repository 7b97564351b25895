import Foundation

/// What the file system says of the files that operators tune, without reading them: equal scans, equal files.
struct DirectoryScan: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var path: String
        var device: UInt64
        var inode: UInt64
        var size: Int64
        /// Nanoseconds; a file moved over another keeps its own time but not its inode.
        var modified: Int64
    }

    /// Ascending by path; links are followed, so a swapped link shows as other inodes.
    var entries: [Entry] = []

    /// More files than this are no rule directory; what lies beyond is not looked at.
    static let maximumEntries = 20_000

    /// Scans directories and single files; what is absent has no entry.
    init(_ places: [String]) {
        for place in places {
            let root = URL(fileURLWithPath: place).resolvingSymlinksInPath().path
            note(root)
            guard let names = FileManager.default.enumerator(atPath: root) else { continue }
            for case let name as String in names where entries.count < Self.maximumEntries { note(root + "/" + name) }
        }
        entries.sort { $0.path < $1.path }
    }

    private mutating func note(_ path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return }
        entries.append(
            Entry(
                path: path, device: UInt64(found.st_dev), inode: UInt64(found.st_ino), size: Int64(found.st_size),
                modified: Int64(found.st_mtim.tv_sec) * 1_000_000_000 + Int64(found.st_mtim.tv_nsec)))
    }
}
