import Glibc

/// Whether the files that a writer has open are still those under their names: what is written into one that was moved,
/// deleted, replaced or cut short is written in vain.
public struct FileWatch: Sendable {
    private struct Seen {
        var device: UInt
        var inode: UInt
        var size: Int64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, inode, size) = (UInt(status.st_dev), UInt(status.st_ino), Int64(status.st_size))
        }
    }

    private let path: String
    private var file: Seen?
    /// SQLite's WAL beside it, which grows and shrinks.
    private var wal: Seen?

    /// `path`: an SQLite database in WAL mode that is open. Its files are taken as they are now, a WAL that comes later as
    /// it is then.
    public init(_ path: String) {
        self.path = path
        (file, wal) = (Seen(path), Seen(path + "-wal"))
    }

    /// Throws where a file is no longer the one that was seen before.
    public mutating func check() throws(JournalError) {
        let (file, wal) = (Seen(path), Seen(path + "-wal"))
        if let before = self.file {
            guard let file, (file.device, file.inode) == (before.device, before.inode), file.size >= before.size else {
                throw lost(path)
            }
        }
        if let before = self.wal {
            guard let wal, (wal.device, wal.inode) == (before.device, before.inode) else { throw lost(path + "-wal") }
        }
        (self.file, self.wal) = (file, wal)
    }

    private func lost(_ path: String) -> JournalError {
        .failed(
            path: path, attempted: "writing", reason: "the file was moved, deleted, replaced or cut short meanwhile")
    }
}
