import Events
import Foundation
import Testing

@testable import Platform

/// Files are read once they have been the same for two seconds, and once for each change.
struct QuietWatchTests {
    private let files = DirectoryScan.sample(["a"])
    private let other = DirectoryScan.sample(["a", "b"])

    private func at(_ milliseconds: Int64) -> Timestamp { .init(microseconds: milliseconds * 1000) }

    @Test func `what has not changed is not read`() {
        var watch = QuietWatch(known: files, at: at(0))
        #expect(watch.look(files, at: at(5000)) == .unchanged)
    }

    @Test func `a change is read two seconds after the last one, not a moment before`() {
        var watch = QuietWatch(known: files, at: at(0))
        #expect(watch.look(other, at: at(1000)) == .settling)
        #expect(watch.look(other, at: at(2999)) == .settling)
        #expect(watch.look(other, at: at(3000)) == .read)
        watch.note(read: other)
        #expect(watch.look(other, at: at(3500)) == .unchanged)
    }

    @Test func `a second change starts the two seconds anew, and going back is no change`() {
        var watch = QuietWatch(known: files, at: at(0))
        #expect(watch.look(other, at: at(1000)) == .settling)
        #expect(watch.look(.sample(["c"]), at: at(2900)) == .settling)
        #expect(watch.look(.sample(["c"]), at: at(4800)) == .settling)
        #expect(watch.look(files, at: at(4850)) == .unchanged)
    }

    @Test func `a scan tells a file moved over another of the same name, size and time`() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/fenghuo-scan-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (one, two) = (directory + "/one.yml", directory + "/two.yml")
        for (file, text) in [(one, "1"), (two, "2")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file)
        }
        let before = DirectoryScan([one])
        #expect(DirectoryScan([one]) == before)
        #expect(rename(two, one) == 0)
        #expect(DirectoryScan([one]) != before)
        #expect(DirectoryScan([directory + "/none"]).entries.isEmpty)
    }

    @Test func `a change in a linked folder is seen, and a ring of links ends`() throws {
        let files = FileManager.default
        let directory = NSTemporaryDirectory() + "/fenghuo-scan-\(UUID().uuidString)"
        defer { try? files.removeItem(atPath: directory) }
        for folder in ["/rules", "/real"] {
            try files.createDirectory(atPath: directory + folder, withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(atPath: directory + "/rules/gas", withDestinationPath: "../real")
        try files.createSymbolicLink(atPath: directory + "/rules/ring", withDestinationPath: ".")
        let file = directory + "/real/a.yml"
        #expect(files.createFile(atPath: file, contents: Data("a".utf8)))
        let before = DirectoryScan([directory + "/rules"])
        #expect(before.entries.contains { $0.path.hasSuffix("/rules/gas/a.yml") })
        #expect(before.entries.count < 100 && DirectoryScan([directory + "/rules"]) == before)
        // Written in place: neither the folder nor its link changes.
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("b".utf8))
        try handle.close()
        #expect(DirectoryScan([directory + "/rules"]) != before)
    }
}

extension QuietWatchTests {
    private func scanned(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "/fenghuo-scan-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    @Test func `a copy in place of the same size and time is seen`() throws {
        try scanned { directory in
            let file = directory + "/a.yml"
            let written = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1)]
            try Data("1".utf8).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes(written, ofItemAtPath: file)
            let before = DirectoryScan([directory])
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.write(contentsOf: Data("2".utf8))
            try handle.close()
            try FileManager.default.setAttributes(written, ofItemAtPath: file)
            let after = DirectoryScan([directory])
            #expect(after != before)
            #expect(after.entries.map(\.modified) == before.entries.map(\.modified))
            #expect(after.entries.map(\.inode) == before.entries.map(\.inode))
        }
    }

    @Test func `an editor's growing copy and a repository beside the rules hold nothing back`() throws {
        try scanned { directory in
            try FileManager.default.createDirectory(
                atPath: directory + "/.git/objects", withIntermediateDirectories: true)
            func scan() -> [String] {
                DirectoryScan([directory]).entries.map { $0.path.split(separator: "/").last.map(String.init) ?? "" }
            }
            for name in ["a.yml", ".a.yml.swp", "a.yml~", ".git/objects/one"] {
                try Data("1".utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
            }
            #expect(scan().dropFirst() == ["a.yml"])
            let before = DirectoryScan([directory])
            let swap = try #require(FileHandle(forWritingAtPath: directory + "/.a.yml.swp"))
            try swap.write(contentsOf: Data("grows".utf8))
            try swap.close()
            #expect(DirectoryScan([directory]) == before && !before.isCut)
        }
    }

    @Test func `more files than are looked at are told`() throws {
        try scanned { directory in
            for number in 0..<DirectoryScan.maximumEntries {
                #expect(FileManager.default.createFile(atPath: "\(directory)/\(number)", contents: nil))
                // The folder itself is one entry.
                if number == DirectoryScan.maximumEntries - 2 { #expect(!DirectoryScan([directory]).isCut) }
            }
            #expect(DirectoryScan([directory]).isCut)
        }
    }
}

extension DirectoryScan {
    fileprivate static func sample(_ paths: [String]) -> DirectoryScan {
        var scan = DirectoryScan([])
        scan.entries = paths.map { .init(path: $0, device: 1, inode: 1, size: 1, modified: 1, changed: 1) }
        return scan
    }
}
