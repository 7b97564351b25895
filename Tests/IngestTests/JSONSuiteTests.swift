import Foundation
import Testing

@testable import Ingest

@Suite struct JSONSuiteTests {
    /// The conformance files beside the checkout; none where they are absent.
    private static func files() -> [URL] {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        for base in [root, root.deletingLastPathComponent()] {
            let folder = base.appendingPathComponent("shared/data/jsontestsuite/test_parsing")
            if let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                return found.sorted { $0.path < $1.path }
            }
        }
        return []
    }

    @Test func `every must-reject file is refused and no must-accept file is called bad JSON`() throws {
        let files = Self.files()
        if files.isEmpty { print("skipped: no jsontestsuite beside this checkout") }
        let notJSON: Set<IngestCode> = [.badJSON, .badUTF8, .badNumber, .nesting, .emptyMessage]
        for file in files {
            let outcome = Bench().take([UInt8](try Data(contentsOf: file)))
            let name = file.lastPathComponent
            if name.hasPrefix("n_") {
                #expect(outcome.accepted == 0 && !outcome.errors.isEmpty, "\(name)")
            } else if name.hasPrefix("y_") {
                #expect(!outcome.errors.contains { notJSON.contains($0.code) }, "\(name) \(outcome.errors)")
            }
        }
    }
}
