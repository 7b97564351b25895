import Foundation

/// Holds `<store>.lock` as long as it lives, so that one process at a time writes to a store; a crash frees it.
final class WriterLock: Sendable {
    private let descriptor: Int32

    init(store path: String) throws(StoreError) {
        let opened = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .notWritable(path: path, reason: String(cString: strerror(errno))) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw .locked(path: path)
        }
        descriptor = opened
    }

    /// Closing alone would leave it to a child that was forked meanwhile and has not begun its own program.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
