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
    /// SQLite's WAL beside it, which shrinks only where a checkpoint truncates it, or down to its limit when it starts over.
    private var wal: Seen?
    private let walLimit: Int64

    /// `path`: an SQLite database in WAL mode that is open. Its files are taken as they are now, a WAL that comes later as
    /// it is then. `walLimit`: its `journal_size_limit`.
    public init(_ path: String, walLimit: Int64 = .max) {
        self.path = path
        self.walLimit = walLimit
        (file, wal) = (Seen(path), Seen(path + "-wal"))
    }

    /// Throws where a file is no longer the one that was seen before, or shorter. To be called before each write, which would fill up what was
    /// cut off, and after it.
    public mutating func check() throws(JournalError) {
        let (file, wal) = (Seen(path), Seen(path + "-wal"))
        if let before = self.file {
            guard let file, (file.device, file.inode) == (before.device, before.inode), file.size >= before.size else {
                throw lost(path)
            }
        }
        if let before = self.wal {
            guard let wal, (wal.device, wal.inode) == (before.device, before.inode),
                wal.size >= min(before.size, walLimit)
            else {
                throw lost(path + "-wal")
            }
        }
        (self.file, self.wal) = (file, wal)
    }

    /// After a checkpoint that truncated the WAL.
    public mutating func noteTruncatedWAL() { wal = Seen(path + "-wal") }

    private func lost(_ path: String) -> JournalError {
        .failed(
            path: path, attempted: "writing",
            reason:
                "the file was moved, deleted, replaced or cut short meanwhile, or another program has checkpointed or "
                + "vacuumed it, which alone loses nothing: start again")
    }
}
