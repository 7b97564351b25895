import Glibc

/// A directory that is held open: its names are made durable without a further descriptor.
final class OpenFolder: Sendable {
    private let path: String
    private let file: Int32

    init(_ path: String) throws(JournalError) {
        self.path = path
        file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw Files.error(path, "opening") }
    }

    deinit { close(file) }

    /// Never retried.
    func sync() throws(JournalError) {
        guard fsync(file) == 0 else { throw Files.error(path, "syncing") }
    }
}
