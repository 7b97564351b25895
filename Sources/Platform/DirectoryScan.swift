import Foundation
import RuleFiles

/// What the file system says of the files that operators tune, without reading them: equal scans, equal files.
struct DirectoryScan: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var path: String
        var device: UInt64
        var inode: UInt64
        var size: Int64
        /// Nanoseconds; a file moved over another keeps its own time but not its inode.
        var modified: Int64
        /// Nanoseconds; nobody sets this one, so it tells a copy in place that took over the other's time as well.
        var changed: Int64
    }

    /// Ascending by path; links are followed, so a swapped link shows as other inodes.
    var entries: [Entry] = []

    /// More files than this are no rule directory; what lies beyond is not looked at.
    static let maximumEntries = 20_000
    private(set) var isCut = false

    /// Scans directories and single files; what is absent has no entry.
    init(_ places: [String]) {
        for place in places {
            note(URL(fileURLWithPath: place).resolvingSymlinksInPath().path, depth: 0)
        }
        entries.sort { $0.path < $1.path }
    }

    /// As deep as the files are read, linked folders as well.
    private mutating func note(_ path: String, depth: Int) {
        var found = stat()
        guard entries.count < Self.maximumEntries else {
            isCut = true
            return
        }
        guard stat(path, &found) == 0 else { return }
        entries.append(
            Entry(
                path: path, device: UInt64(found.st_dev), inode: UInt64(found.st_ino), size: Int64(found.st_size),
                modified: Self.nanoseconds(found.st_mtim), changed: Self.nanoseconds(found.st_ctim)))
        // A folder that cannot be listed has its entry; whoever reads it says why.
        guard found.st_mode & S_IFMT == S_IFDIR, depth <= DirectoryFiles.maximumDepth,
            let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        else { return }
        // What the reader passes over, an editor's copy or a repository, holds no change back.
        for name in names.sorted() where !DirectoryFiles.isHidden(name) { note(path + "/" + name, depth: depth + 1) }
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
