import Events
import Foundation
import Glibc

/// Reads a file or standard input line by line, with a bound on the length of a line.
struct LineReader: Sendable {
    /// Bytes of one line: with its end it is a message of one event, the most that could be sent.
    static let maximumLine = Limits.messageBytes - 1
    private static let chunk = 1 << 18

    let path: String
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var atEnd = false
    /// Of the line that was read last, from 1.
    private(set) var number = 0
    private(set) var skipped = SkippedLines()
    /// Bytes of the file up to the line that comes next.
    private(set) var offset: Int64 = 0
    /// Where in the buffer the line before it stands, with its end.
    private var last = 0..<0
    var lastLine: ArraySlice<UInt8> { buffer[last] }

    /// `-` is standard input.
    init(path: String) throws(InputFailure) {
        self.path = path
        if path == "-" {
            handle = .standardInput
        } else {
            var isFolder = ObjCBool(false)
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                throw InputFailure(path: path, reason: "this is a directory; name a file in it")
            }
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw InputFailure(path: path, reason: "the file cannot be opened; check its name and permissions")
            }
            handle = opened
        }
        // Standard input may be a file of which somebody else has read the beginning.
        if inode != nil { offset = Int64(max(0, lseek(handle.fileDescriptor, 0, SEEK_CUR))) }
    }

    /// The line that was read last is no event.
    mutating func skip(_ reason: String) { skipped.add(number, reason) }

    /// Without its line end; nil at the end of the file. A line that is too long is passed over. The buffer holds the line before, which
    /// is compared with the file, and as much again: some 4.5 MiB at most.
    mutating func next() throws(InputFailure) -> ArraySlice<UInt8>? {
        var isTooLong = false
        var searched = start
        while true {
            if let end = newline(from: searched) {
                let line = buffer[start..<end]
                pass(to: end + 1)
                number += 1
                if isTooLong || line.count > Self.maximumLine {
                    skip(Self.tooLong)
                    (isTooLong, searched) = (false, start)
                    continue
                }
                return text(of: line)
            }
            searched = buffer.count
            if atEnd {
                guard start < buffer.count || isTooLong else { return nil }
                let line = buffer[start...]
                pass(to: buffer.count)
                number += 1
                guard !isTooLong, line.count <= Self.maximumLine else {
                    skip(Self.tooLong)
                    return nil
                }
                return text(of: line)
            }
            if buffer.count - start > Self.maximumLine {
                pass(to: buffer.count)
                isTooLong = true
            }
            try refill(&searched)
        }
    }

    /// Without the carriage return of other systems and the byte order mark that some programs write before the first line.
    private func text(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        return number == 1 && line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line
    }

    private mutating func pass(to end: Int) {
        last = start..<end
        offset += Int64(end - start)
        start = end
    }

    /// Whether the next line is read from the file, which may have to be waited for.
    var isDry: Bool { newline(from: start) == nil }

    private func newline(from index: Int) -> Int? {
        buffer[index...].withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, Int32(UInt8(ascii: "\n")), bytes.count)
            else {
                return nil
            }
            return index + (UnsafeRawPointer(found) - start)
        }
    }

    /// The file's number, whatever it is called; nil of what cannot be read again.
    var inode: UInt64? {
        var facts = stat()
        guard fstat(handle.fileDescriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(facts.st_ino)
    }

    /// Passes over the first bytes of a file but for the last `length` of them, which are the line before; before the first line.
    mutating func skip(to offset: Int64, rereading length: Int) throws(InputFailure) {
        let size = lseek(handle.fileDescriptor, 0, SEEK_END)
        buffer = [UInt8](repeating: 0, count: min(max(0, length), Self.maximumLine + 1))
        (start, last) = (buffer.count, 0..<buffer.count)
        guard size >= offset, offset >= buffer.count,
            pread(handle.fileDescriptor, &buffer, buffer.count, off_t(offset) - buffer.count) == buffer.count,
            lseek(handle.fileDescriptor, off_t(offset), SEEK_SET) >= 0
        else {
            throw InputFailure(
                path: path,
                reason:
                    "has \(size) bytes, and \(offset) were read before: it was cut; its rest has another name? Send a copy (cp): a new file is read from "
                    + "its beginning")
        }
        self.offset = offset
    }

    private static let tooLong = "the line is longer than \(maximumLine) bytes"

    private mutating func refill(_ searched: inout Int) throws(InputFailure) {
        let gone = last.lowerBound
        buffer.removeSubrange(..<gone)
        searched -= gone
        start -= gone
        last = 0..<last.upperBound - gone
        var found = -1
        // What is there: a pipe that goes on slowly is read as it comes.
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { space, count in
            repeat {
                found = read(handle.fileDescriptor, space.baseAddress, Self.chunk)
            } while found < 0 && errno == EINTR
            count = max(0, found)
        }
        guard found >= 0 else {
            let reason = String(cString: strerror(errno))
            throw InputFailure(path: path, line: number + 1, reason: "the file cannot be read on: \(reason)")
        }
        atEnd = found == 0
        buffer += bytes
        try requireWhole()
    }

    /// A file that is cut or written anew while it is read would be a mixture of both.
    private func requireWhole() throws(InputFailure) {
        guard inode != nil else { return }
        var before = [UInt8](repeating: 0, count: lastLine.count)
        let size = lseek(handle.fileDescriptor, 0, SEEK_CUR)
        var facts = stat()
        guard fstat(handle.fileDescriptor, &facts) == 0, facts.st_size >= size,
            before.isEmpty
                || pread(handle.fileDescriptor, &before, before.count, off_t(offset) - before.count) == before.count,
            before[...] == lastLine
        else {
            throw InputFailure(path: path, line: number + 1, reason: "it was cut or written anew while it was read")
        }
    }
}
