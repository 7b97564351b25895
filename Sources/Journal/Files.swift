import Glibc

/// The file operations whose order durability rests on: each names the file and the error in what it throws.
public enum Files {
    /// Gives a file new content, of several parts one after the other; a crash leaves the old or the new one, whole. It is written
    /// aside as `PATH.partial`, of which nothing stays where that fails.
    public static func replace(_ path: String, with parts: [[UInt8]], mode: mode_t = 0o600) throws(JournalError) {
        try replace(path, mode: mode) { (put) throws(JournalError) in
            for part in parts { try put(part) }
            return []
        }
    }

    /// Likewise of parts that are made one after the other: `fill` hands each to the function that it gets, and gives what then stands at
    /// the beginning, for which `room` bytes are left.
    public static func replace(
        _ path: String, room: Int = 0, mode: mode_t = 0o600,
        _ fill: (_ put: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) -> [UInt8]
    ) throws(JournalError) {
        let partial = path + ".partial"
        do {
            try write(partial, room: room, mode: mode, fill)
            try rename(partial, to: path)
        } catch {
            unlink(partial)
            throw error
        }
        try sync(parent(path))
    }

    private static func write(
        _ path: String, room: Int, mode: mode_t,
        _ fill: (_ put: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) -> [UInt8]
    ) throws(JournalError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw error(path, "creating") }
        defer { close(file) }
        var end = room
        func put(_ bytes: [UInt8], at place: Int) throws(JournalError) {
            var done = 0
            while done < bytes.count {
                let written = bytes.withUnsafeBytes {
                    pwrite(file, $0.baseAddress! + done, $0.count - done, place + done)
                }
                guard written > 0 else { throw error(path, "writing") }
                done += written
            }
        }
        let head = try fill { (bytes) throws(JournalError) in
            try put(bytes, at: end)
            end += bytes.count
        }
        precondition(head.count == room, "what was left room for fills it")
        try put(head, at: 0)
        guard fsync(file) == 0 else { throw error(path, "writing") }
    }

    static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

    /// The error behind the last failed call on `path`.
    static func error(_ path: String, _ attempted: String) -> JournalError {
        switch errno {
        case ENOSPC, EDQUOT: .diskFull(path: path, attempted: attempted)
        case EACCES, EROFS, EPERM: .notWritable(path: path, reason: reason())
        case EMFILE, ENFILE: .cannotOpen(path: path, reason: reason())
        default: .failed(path: path, attempted: attempted, reason: reason())
        }
    }

    /// Makes a directory and its parents, each durable in the one above.
    static func makeDirectory(_ path: String) throws(JournalError) {
        if isDirectory(path) { return }
        let above = parent(path)
        if above != path { try makeDirectory(above) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST && isDirectory(path) else {
            throw error(path, "creating the directory")
        }
        try sync(above)
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size in bytes, or nil where there is no such file.
    public static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Waits until a file's bytes, or a directory's names, are on disk. Never retried.
    static func sync(_ path: String) throws(JournalError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw error(path, "opening") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw error(path, "syncing") }
    }

    static func rename(_ path: String, to target: String) throws(JournalError) {
        guard Glibc.rename(path, target) == 0 else { throw error(target, "renaming to") }
    }

    static func remove(_ path: String) throws(JournalError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw error(path, "removing") }
    }

    /// Names in a directory, sorted; none where it does not exist.
    static func names(_ path: String) throws(JournalError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw error(path, "listing")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Creates a file with these bytes and mode, durable with its name; fails where one exists.
    static func create(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(JournalError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw error(path, "creating") }
        defer { close(file) }
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw error(path, "writing")
        }
        try sync(parent(path))
    }

    /// The bytes of a file, at most so many, or nil where there is none.
    public static func read(_ path: String, upTo bound: Int) throws(JournalError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw error(path, "opening")
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: bound)
        var count = 0
        while count < bound {
            let read = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, bound - count) }
            guard read >= 0 else { throw error(path, "reading") }
            if read == 0 { break }
            count += read
        }
        bytes.removeLast(bound - count)
        return bytes
    }
}
