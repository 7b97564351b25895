import Engine
import Events
import Foundation

/// The engine's snapshots on disk, `<data>/snapshots/<next position>.snapshot`; the two newest are kept.
struct SnapshotFiles: Sendable {
    let directory: String

    init(data: String) { directory = data + "/snapshots" }

    /// The newest snapshot that reads back and lies within the journal, and why newer ones were passed over.
    func newest(upTo nextPosition: Int64) -> (engine: Engine, passedOver: [String])? {
        var passedOver: [String] = []
        for name in names().reversed() {
            let path = directory + "/" + name
            guard let bytes = FileManager.default.contents(atPath: path) else {
                passedOver.append("\(path): cannot be read")
                continue
            }
            do {
                let engine = try Engine(snapshot: Array(bytes))
                if engine.nextPosition <= nextPosition { return (engine, passedOver) }
                passedOver.append("\(path): ahead of the journal")
            } catch {
                passedOver.append("\(path): \(error)")
            }
        }
        return nil
    }

    /// Written aside, synced, then renamed, so that a crash leaves the old ones.
    func write(_ bytes: [UInt8], nextPosition: Int64) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let digits = String(nextPosition)
        let name = String(repeating: "0", count: 20 - digits.count) + digits + ".snapshot"
        let partial = directory + "/" + name + ".partial"
        let file = open(partial, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw PlatformError.stopped("cannot write \(partial): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + offset, $0.count - offset) }
            guard written > 0 else {
                throw PlatformError.stopped("cannot write \(partial): \(String(cString: strerror(errno)))")
            }
            offset += written
        }
        guard fsync(file) == 0, rename(partial, directory + "/" + name) == 0 else {
            throw PlatformError.stopped("cannot write \(partial): \(String(cString: strerror(errno)))")
        }
        for old in names().dropLast(2) { try FileManager.default.removeItem(atPath: directory + "/" + old) }
    }

    /// Next position of the oldest snapshot kept: the journal must stay from there.
    var oldestPosition: Int64? { names().first.flatMap { Int64($0.prefix(20)) } }

    private func names() -> [String] {
        // No directory yet means no snapshots yet.
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.filter { $0.hasSuffix(".snapshot") && $0.utf8.count == 29 }.sorted()
    }
}
