import Glibc

/// Holds the journal's lock file, with this process's number in it, for as long as the object lives.
///
/// The kernel drops the lock when the process ends however it ends, so a stale file locks nobody out.
final class OwnerLock: Sendable {
    private let file: Int32

    init(_ path: String) throws(JournalError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw Files.error(path, "opening") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let owner = errno == EWOULDBLOCK
            let failure = Files.error(path, "locking")
            let text = try Files.read(path, upTo: 16).map { String(decoding: $0, as: UTF8.self) } ?? ""
            close(file)
            throw owner ? .owned(path: Files.parent(path), pid: Int32(text.prefix(while: \.isNumber)) ?? 0) : failure
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
            let failure = Files.error(path, "writing")
            close(file)
            throw failure
        }
        self.file = file
    }

    /// Closing alone would leave it to a child that was forked meanwhile and has not begun its own program.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }
}
