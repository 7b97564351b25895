import Foundation
import Testing

@testable import Platform

struct ConfigurationTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    func read(_ text: String) throws(PlatformError) -> Configuration {
        let path = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString).yml"
        _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
        return try Configuration(file: path)
    }

    @Test func `the shipped settings are the defaults, every one of them`() throws {
        let shipped = try Configuration(file: Self.root.path + "/fenghuo.yml")
        #expect(String(describing: shipped) == String(describing: Configuration()))
        let text = try String(contentsOfFile: Self.root.path + "/fenghuo.yml", encoding: .utf8)
        for key in Configuration.keys { #expect(text.contains("\n\(key):"), "\(key) is not in fenghuo.yml") }
        for key in Configuration.departmentKeys { #expect(text.contains(" \(key):"), "\(key) is not in fenghuo.yml") }
    }

    @Test(arguments: [
        ("ingset: tcp://127.0.0.1:1\n", "did you mean 'ingest'"), ("clock: sundial\n", "clock"),
        ("retention_days: 0\n", "retention_days"), ("max_future: soon\n", "max_future"), ("data: [x}\n", "error"),
        ("ingest: tcp://127.0.0.1:74000\n", "1…65535"), ("feed: tcp://127.0.0.1:0\n", "1…65535"),
        ("control: udp://127.0.0.1:7400\n", "tcp://HOST:PORT"), ("history: none\n", "tcp://HOST:PORT"),
    ]) func `a wrong setting is named with its place`(text: String, expected: String) {
        let error = #expect(throws: PlatformError.self) { try read(text) }
        let message = error?.description ?? ""
        #expect(message.contains(".yml:1:") && message.contains(expected), "\(message)")
    }

    @Test func `a file that is not there says so`() {
        let error = #expect(throws: PlatformError.self) { try Configuration(file: "/nowhere/fenghuo.yml") }
        let message = error?.description ?? ""
        #expect(message.contains("/nowhere/fenghuo.yml"))
    }
}
