import Foundation
import RuleFiles
import StrictYAML
import Testing

struct DirectoryFilesTests {
    /// A fresh directory, removed afterwards.
    private func inDirectory(_ body: (URL) throws -> Void) throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("rulefiles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        try body(place)
    }

    @Test
    func `only regular files with the suffix are read, in order, links followed, and what cannot be read is told`()
        throws
    {
        try inDirectory { place in
            let files = FileManager.default
            try files.createDirectory(
                at: place.appendingPathComponent("gas/dir.yml"), withIntermediateDirectories: true)
            for name in ["gas/b.yml", "a.yml", "gas/.hidden.yml", "gas/b.yml~", "note.txt"] {
                try Data(name.utf8).write(to: place.appendingPathComponent(name))
            }
            try files.createSymbolicLink(
                at: place.appendingPathComponent("c.yml"), withDestinationURL: place.appendingPathComponent("a.yml"))
            try files.createSymbolicLink(
                at: place.appendingPathComponent("gone.yml"), withDestinationURL: place.appendingPathComponent("none"))
            #expect(mkfifo(place.appendingPathComponent("pipe.yml").path, 0o600) == 0)
            let findings = Findings()
            let read = DirectoryFiles.read(place.path, suffixes: [".yml"], findings: findings)
            #expect(read.map(\.path) == ["a.yml", "c.yml", "gas/b.yml"])
            #expect(read[1].bytes == Array("a.yml".utf8))
            #expect(findings.list.map(\.path) == ["gone.yml", "pipe.yml"])
            #expect(findings.list.allSatisfy { $0.code == "file_unreadable" })
        }
    }

    @Test func `linked folders are read, and a folder that is a link to nothing or to itself has not lost its rules`()
        throws
    {
        try inDirectory { place in
            let files = FileManager.default
            try files.createDirectory(at: place.appendingPathComponent("real"), withIntermediateDirectories: true)
            try Data().write(to: place.appendingPathComponent("real/a.yml"))
            try Data().write(to: place.appendingPathComponent("b.YML"))
            let rules = place.appendingPathComponent("rules")
            try files.createDirectory(at: rules, withIntermediateDirectories: true)
            func link(_ name: String, _ target: String) throws {
                try files.createSymbolicLink(
                    atPath: rules.appendingPathComponent(name).path, withDestinationPath: target)
            }
            func read() -> (paths: [String], findings: [String]) {
                let findings = Findings()
                let read = DirectoryFiles.read(rules.path, suffixes: [".yml"], findings: findings)
                return (read.map(\.path), findings.list.map(\.path))
            }
            try link("gas", "../real")
            #expect(read() == (["gas/a.yml"], []))
            try link("flood", "../none")
            #expect(read() == (["gas/a.yml"], ["flood"]))
            try link("b.YML", "../b.YML")
            #expect(read().findings == ["b.YML", "flood"] || read().findings == ["flood", "b.YML"])
            try link("ring", ".")
            #expect(read().findings.contains { $0.hasPrefix("ring/ring") })
        }
    }

    @Test func `a directory that is not there is a finding`() {
        let loading = RuleDirectory.load("/nowhere/rules", metrics: nil)
        #expect(loading.ruleSet == nil)
        #expect(loading.findings.map(\.code) == ["file_unreadable"] && loading.findings[0].suggestion != nil)
    }

    @Test func `a file beyond every bound is not read into memory`() throws {
        try inDirectory { place in
            let path = place.appendingPathComponent("huge.yml")
            #expect(FileManager.default.createFile(atPath: path.path, contents: nil))
            #expect(truncate(path.path, 10 << 30) == 0)
            let findings = RuleDirectory.load(place.path, metrics: nil).findings
            #expect(findings.map(\.code) == ["file_too_large"] && findings[0].suggestion != nil)
        }
    }

    @Test func `as many files as are read are no finding, one more is`() throws {
        try inDirectory { place in
            func add(_ number: Int) {
                #expect(
                    FileManager.default.createFile(
                        atPath: place.appendingPathComponent("r\(number).yml").path, contents: nil))
            }
            let findings = Findings()
            func read() -> Int { DirectoryFiles.read(place.path, suffixes: [".yml"], findings: findings).count }
            for number in 1...DirectoryFiles.maximumCount { add(number) }
            #expect(read() == DirectoryFiles.maximumCount && findings.list == [])
            add(DirectoryFiles.maximumCount + 1)
            #expect(read() == 0)
            #expect(findings.list.map(\.code) == ["too_many_files"] && findings.list[0].suggestion != nil)
        }
    }

    @Test func `a folder that may not be listed is a finding: its rules are not removed`() throws {
        guard getuid() != 0 else { return print("skipped: root may list every folder") }
        try inDirectory { place in
            let files = FileManager.default
            let folder = place.appendingPathComponent("flood")
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: folder.appendingPathComponent("a.yml"))
            #expect(chmod(folder.path, 0) == 0)
            defer { chmod(folder.path, 0o700) }
            let findings = Findings()
            #expect(DirectoryFiles.read(place.path, suffixes: [".yml"], findings: findings).isEmpty)
            #expect(findings.list.map(\.path) == ["flood"] && findings.list[0].code == "file_unreadable")
        }
    }
}
