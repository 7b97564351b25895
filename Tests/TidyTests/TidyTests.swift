import Foundation
import Testing

/// The rules of the house that a compiler does not hold.
struct TidyTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Targets in pipeline order: each may import only those above it in this list, and the libraries beside it.
    static let order: [(target: String, libraries: Set<String>)] = [
        ("CivilTime", []),
        ("Expression", []),
        ("Events", []),
        ("Engine", ["CPrefetch"]),
        ("StrictYAML", ["Yams", "Foundation"]),
        ("RuleFiles", ["CSodium", "Foundation"]),
        ("Messaging", ["CZeroMQ", "DequeModule", "Synchronization"]),
        ("Ingest", ["CPrefetch", "CSimdJSON", "Glibc", "Synchronization"]),
        ("Journal", ["GRDB", "CSQLite", "CZstd", "CSodium", "Foundation", "Glibc", "Synchronization"]),
        ("AlertStore", ["GRDB", "CSQLite", "Foundation", "Glibc", "Synchronization"]),
        ("Client", ["GRDB", "Foundation", "Glibc", "Synchronization"]),
        ("Delivery", ["Foundation", "Glibc", "Synchronization"]),
        ("City", []),
        ("Platform", ["CMalloc", "Foundation", "Glibc", "Logging", "Synchronization"]),
        ("fenghuo", ["ArgumentParser", "Foundation", "Glibc", "Logging", "Synchronization"]),
    ]

    static func files(_ target: String) throws -> [(name: String, text: String)] {
        let folder = root.appendingPathComponent("Sources/\(target)")
        let names = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            (name, try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
        }
    }

    static func code(_ text: String) -> [(line: Int, text: Substring)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
            line.drop { $0 == " " }.hasPrefix("//") ? nil : (number + 1, line)
        }
    }

    @Test func `every folder under Sources has its place in the order`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.path + "/Sources").sorted()
        let shims = folders.filter {
            ["CZeroMQ", "CSimdJSON", "CZstd", "CSQLite", "CSodium", "CPrefetch", "CMalloc"].contains($0)
        }
        #expect(Set(folders) == Set(Self.order.map(\.target) + shims))
    }

    @Test func `imports point up the list and a library lives where the list says`() throws {
        var problems: [String] = []
        for (index, entry) in Self.order.enumerated() {
            let allowed = entry.libraries.union(Self.order[..<index].map(\.target))
            for file in try Self.files(entry.target) {
                for line in Self.code(file.text) where line.text.hasPrefix("import ") || line.text.contains(" import ")
                {
                    guard let name = line.text.split(separator: " ").last.map(String.init),
                        line.text.hasPrefix("import ") || line.text.hasPrefix("@")
                    else { continue }
                    if !allowed.contains(name) {
                        problems.append("\(entry.target)/\(file.name):\(line.line) imports \(name)")
                    }
                }
            }
        }
        #expect(problems == [])
    }

    /// Token → what to use instead.
    static let banned: [(token: String, instead: String)] = [
        ("Foundation", "nothing: the core has no Foundation"), (" Date(", "a Timestamp argument"),
        ("clock_gettime", "a Timestamp argument"), ("ContinuousClock", "a Timestamp argument"),
        (".random", "an argument"), ("SystemRandomNumberGenerator", "an argument"), ("Hasher", "byteHash"),
        (".hashValue", "byteHash"), ("async ", "a synchronous function"), ("await ", "a synchronous function"),
        ("Task {", "a synchronous function"), ("String(format:", "interpolation"), ("Locale", "nothing"),
        ("addingProduct", "separate × and +"), (".fma(", "separate × and +"),
    ]

    @Test(arguments: ["CivilTime", "Expression", "Events", "Engine", "City"])
    func `the deterministic core uses no clock, chance, hash order, task or locale`(target: String) throws {
        var problems: [String] = []
        for file in try Self.files(target) {
            for line in Self.code(file.text) {
                for ban in Self.banned where line.text.contains(ban.token) {
                    problems.append("\(target)/\(file.name):\(line.line) has \(ban.token): use \(ban.instead)")
                }
            }
        }
        #expect(problems == [])
    }

    @Test func `no file is named for a drawer`() throws {
        for entry in Self.order {
            for file in try Self.files(entry.target) {
                let isDrawer = ["Utils", "Helper", "Manager", "Common"].contains { file.name.contains($0) }
                #expect(!isDrawer, "\(entry.target)/\(file.name)")
            }
        }
    }

    @Test func `every test that the durability page names exists`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("docs/durability.md"), encoding: .utf8)
        let tests = Self.root.appendingPathComponent("Tests")
        let names = try #require(FileManager.default.enumerator(atPath: tests.path)).compactMap { $0 as? String }
        let all = try names.filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: tests.appendingPathComponent($0), encoding: .utf8) }.joined()
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| fault") }
        let cited = rows.flatMap { row in
            (row.split(separator: "|").last ?? "").split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        }
        #expect(cited.count > 25)
        #expect(cited.filter { !all.contains("func `\($0)`") } == [])
    }
}
