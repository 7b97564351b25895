import CivilTime
import Events
import Foundation

/// A file of events, one JSON object a line; blank lines are passed over, all others are sent as they are.
public struct NDJSONFile: EventLines, Sendable {
    private var reader: LineReader
    private let readsTimes: Bool
    private var last = Timestamp.distantPast
    /// Whether the file is read on another time, so that a last line without an end may still be being written.
    private var isFollowed = false
    /// Whether such a line was left for then.
    private(set) var leavesOpenLine = false

    public var skipped: SkippedLines { reader.skipped }

    /// `-` is standard input. Who needs no times of lines saves the search for them: all are the distant past.
    public init(path: String, readsTimes: Bool = true) throws(InputFailure) {
        reader = try LineReader(path: path)
        self.readsTimes = readsTimes
    }

    /// Number of the line that was read last, from 1.
    public var line: Int { reader.number }

    /// Whether the next line may have to be waited for.
    var isDry: Bool { reader.isDry }

    /// How far a file was read, to go on there, and how the line before it reads: `inode:bytes:line's bytes:hash`. Empty where
    /// it cannot be read again.
    var place: String {
        reader.inode.map { "\($0):\(reader.offset):\(reader.lastLine.count):\(Self.hash(reader.lastLine))" } ?? ""
    }

    /// Goes on where the same file was left; another file, and what cannot be read again, begins at its start.
    mutating func goOn(at place: String) throws(InputFailure) {
        isFollowed = reader.inode != nil
        let parts = place.split(separator: ":")
        guard parts.count >= 2, let inode = reader.inode, parts[0] == "\(inode)", let offset = Int64(parts[1]) else {
            return
        }
        // Places of before 2026-11-28 do not tell the line.
        let length = parts.count == 4 ? Int(parts[2]) ?? 0 : 0
        try reader.skip(to: offset, rereading: length)
        guard parts.count < 4 || "\(Self.hash(reader.lastLine))" == parts[3] else {
            throw InputFailure(
                path: reader.path,
                reason:
                    "does not hold what was read of it before: it was written anew. Send a copy (cp): a new file is read "
                    + "from its beginning")
        }
    }

    private static func hash(_ line: ArraySlice<UInt8>) -> UInt64 { line.withUnsafeBytes { byteHash($0) } }

    public mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        while let line = try reader.next() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            if isFollowed, reader.lastLine.last != UInt8(ascii: "\n"), !Self.isWhole(line) {
                leavesOpenLine = true
                return nil
            }
            out += line
            out.append(UInt8(ascii: "\n"))
            if readsTimes, let time = Self.time(of: line) { last = time }
            return last
        }
        return nil
    }

    private static func isWhole(_ line: ArraySlice<UInt8>) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(line))) != nil
    }

    /// For pacing only: the first `"time":"…"` of the line, wherever it stands; the door reads it properly.
    static func time(of line: ArraySlice<UInt8>) -> Timestamp? {
        let key: StaticString = "\"time\""
        return line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let quote = find(UInt8(ascii: "\""), in: rest) {
                rest = rest[(quote + 1)...]
                guard rest.count >= key.utf8CodeUnitCount,
                    memcmp(bytes.baseAddress! + quote, key.utf8Start, key.utf8CodeUnitCount) == 0
                else { continue }
                rest = bytes[(quote + key.utf8CodeUnitCount)...].drop { $0 == 0x20 || $0 == UInt8(ascii: ":") }
                guard rest.first == UInt8(ascii: "\"") else { continue }
                rest = rest.dropFirst()
                let end = find(UInt8(ascii: "\""), in: rest) ?? rest.endIndex
                return timestamp(UnsafeRawBufferPointer(rebasing: rest[..<end]), zone: nil)
            }
            return nil
        }
    }

    private static func find(_ byte: UInt8, in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        let space = UnsafeRawBufferPointer(rebasing: bytes)
        guard let start = space.baseAddress, let found = memchr(start, Int32(byte), space.count) else { return nil }
        return bytes.startIndex + (UnsafeRawPointer(found) - start)
    }

    /// nil where the text is no time of this form; `zone` (minutes east) stands in where none is written.
    static func timestamp(_ text: UnsafeRawBufferPointer, zone: Int?) -> Timestamp? {
        do throws(RFC3339.Failure) {
            let moment = try RFC3339.parse(text, localOffsetMinutes: zone)
            return Timestamp(microseconds: Int64(moment.seconds) * 1_000_000 + Int64(moment.nanoseconds / 1000))
        } catch {
            return nil
        }
    }
}
