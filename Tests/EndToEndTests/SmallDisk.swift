import Foundation
import Testing

/// A small file system of its own for a data directory; nil where this user may not mount one.
final class SmallDisk {
    enum Kind {
        case tmpfs
        /// In a file, so that it can fail as disks do.
        case ext4
    }

    /// Whether this user may mount one, for `.enabled(if:)`.
    static func mayMount(_ kind: Kind) throws -> Bool { try SmallDisk(kind, megabytes: 8, in: try Scratch()) != nil }

    let path: String
    private let scratch: Scratch

    init?(_ kind: Kind, megabytes: Int, in scratch: Scratch) throws {
        self.scratch = scratch
        path = scratch.path + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard getuid() == 0 else { return nil }
        switch kind {
        case .tmpfs:
            guard try tool("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path) else { return nil }
        case .ext4:
            let image = scratch.path + "/disk.img"
            guard FileManager.default.createFile(atPath: image, contents: nil), truncate(image, megabytes << 20) == 0,
                try tool("mkfs.ext4", "-q", image), try tool("mount", "-o", "loop", image, path)
            else { return nil }
        }
    }

    deinit {
        do {
            _ = try tool("umount", "-l", path)
        } catch {
            Issue.record("\(path) stays mounted: \(error)")
        }
    }

    private func tool(_ words: String...) throws -> Bool {
        try run("/usr/bin/env", words, in: scratch).code == 0
    }

    /// Fills the disk as another program might, but for so many bytes.
    func fill(but bytes: Int) throws {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw POSIXError(.EIO) }
        let free = Int(facts.f_bavail) * Int(facts.f_frsize)
        try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: ballast))
    }

    func empty() throws { try FileManager.default.removeItem(atPath: ballast) }

    private var ballast: String { path + "/ballast" }

    /// What the kernel does with an ext4 that had an error: nothing can be written from now on, open files included.
    func fail() throws { #expect(try tool("mount", "-o", "remount,abort", path)) }

    /// Repaired and mounted again.
    func repair() throws {
        #expect(try tool("umount", path))
        _ = try tool("fsck.ext4", "-f", "-y", scratch.path + "/disk.img")
        #expect(try tool("mount", "-o", "loop", scratch.path + "/disk.img", path))
    }

    /// As an administrator does where nothing is open for writing.
    func remount(readOnly: Bool) throws { #expect(try tool("mount", "-o", "remount,\(readOnly ? "ro" : "rw")", path)) }
}
