import Events
import Foundation

/// Reads a file or standard input line by line, with a bound on the length of a line.
struct LineReader {
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
    }

    /// Without its line end; nil at the end of the file.
    mutating func next() throws(InputFailure) -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                guard line.count <= Self.maximumLine else { throw tooLong }
                start = end + 1
                number += 1
                return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            }
            searched = buffer.count
            if atEnd {
                guard start < buffer.count else { return nil }
                let line = buffer[start...]
                guard line.count <= Self.maximumLine else { throw tooLong }
                start = buffer.count
                number += 1
                return line
            }
            guard buffer.count - start <= Self.maximumLine else { throw tooLong }
            try refill(&searched)
        }
    }

    private var tooLong: InputFailure {
        InputFailure(path: path, line: number + 1, reason: "the line is longer than \(Self.maximumLine) bytes")
    }

    private mutating func refill(_ searched: inout Int) throws(InputFailure) {
        buffer.removeSubrange(..<start)
        searched -= start
        start = 0
        do {
            guard let data = try handle.read(upToCount: Self.chunk), !data.isEmpty else {
                atEnd = true
                return
            }
            buffer += data
        } catch {
            throw InputFailure(path: path, line: number + 1, reason: "the file cannot be read on: \(error)")
        }
    }
}
