import Foundation
import TestSupport
import Testing

@testable import Ingest

@Suite struct JSONSuiteTests {
    private static let folder = "jsontestsuite/test_parsing"

    @Test(.enabled(if: SharedData.has(folder)))
    func `every must-reject file is refused and no must-accept file is called bad JSON`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SharedData.path(Self.folder)).sorted()
        #expect(names.count { $0.hasPrefix("n_") } >= 188 && names.count { $0.hasPrefix("y_") } >= 95)
        let notJSON: Set<IngestCode> = [.badJSON, .badUTF8, .badNumber, .nesting, .emptyMessage]
        for name in names {
            let file = URL(fileURLWithPath: SharedData.path("\(Self.folder)/\(name)"))
            let outcome = Bench().take([UInt8](try Data(contentsOf: file)))
            if name.hasPrefix("n_") {
                #expect(outcome.accepted == 0 && !outcome.errors.isEmpty, "\(name)")
            } else if name.hasPrefix("y_") {
                #expect(!outcome.errors.contains { notJSON.contains($0.code) }, "\(name) \(outcome.errors)")
            }
        }
    }
}
