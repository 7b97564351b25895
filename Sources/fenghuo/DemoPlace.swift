import Foundation
import Journal
import Messaging
import Platform

/// The demo's data directory, emptied only once it is certain that no running platform has it or its ports.
struct DemoPlace {
    /// Says that a demo made the directory, so that a demo may empty it.
    static let marker = ".demo"

    let configuration: Configuration
    private var data: String { configuration.data }

    /// Whether there was anything to remove.
    func empty() throws -> Bool {
        let files = FileManager.default
        if files.fileExists(atPath: data), try !files.contentsOfDirectory(atPath: data).isEmpty {
            guard files.fileExists(atPath: data + "/" + Self.marker) else {
                throw PlatformError.start("\(data) exists and no demo made it: name another directory with --data")
            }
        }
        var wasUsed = false
        try Journal.whileOwning(data: data) {
            // First, so that the directory, which owning it made, is a demo's also where this one cannot start.
            guard files.createFile(atPath: data + "/" + Self.marker, contents: nil) else {
                throw PlatformError.start("cannot write \(data)/\(Self.marker)")
            }
            try checkEndpoints()
            wasUsed = try remove(in: data, but: ["journal", Self.marker])
            wasUsed = try remove(in: data + "/journal", but: ["owner.lock"]) || wasUsed
        }
        return wasUsed
    }

    /// Binds and frees each endpoint: a demo that cannot start leaves the last one's data alone.
    private func checkEndpoints() throws {
        let context = Context()
        for endpoint in [configuration.control, configuration.ingest, configuration.feed, configuration.history] {
            let socket = try Socket(context.handle, .router)
            try socket.bind(endpoint)
        }
    }

    private func remove(in folder: String, but kept: [String]) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !kept.contains($0) }
        for name in names { try FileManager.default.removeItem(atPath: folder + "/" + name) }
        return !names.isEmpty
    }
}
