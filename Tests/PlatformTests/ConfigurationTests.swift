import Events
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
        for key in Configuration.forwardKeys { #expect(text.contains(" \(key):"), "\(key) is not in fenghuo.yml") }
    }

    @Test(arguments: [
        ("ingset: tcp://127.0.0.1:1\n", "did you mean 'ingest'"), ("clock: sundial\n", "clock"),
        ("retention_days: 0\n", "retention_days"), ("max_future: soon\n", "max_future"), ("data: [x}\n", "error"),
        ("ingest: tcp://127.0.0.1:74000\n", "1…65535"), ("feed: tcp://127.0.0.1:0\n", "1…65535"),
        ("department: {id: fire brigade}\n", "without blanks"),
        ("control: udp://127.0.0.1:7400\n", "tcp://HOST:PORT"), ("history: none\n", "tcp://HOST:PORT"),
    ]) func `a wrong setting is named with its place`(text: String, expected: String) {
        let error = #expect(throws: PlatformError.self) { try read(text) }
        let message = error?.description ?? ""
        #expect(message.contains(".yml:1:") && message.contains(expected), "\(message)")
    }

    @Test func `forward names the platform above, this one and its area`() throws {
        #expect(try read("forward: {to: none}\n").forward == nil)
        let least = try read(#"forward: {to: "tcp://city:7400", source: /320213, area: "320213"}"# + "\n").forward
        #expect(
            least
                == .init(
                    to: "tcp://city:7400", source: "/320213", stream: "/320213", area: AreaCode("320213")!, level: .blue
                ))
        let full = try read(
            #"forward: {to: "ipc:///run/city", source: /d, area: "320213021", level: red, stream: d2}"# + "\n"
        ).forward
        #expect(
            full
                == .init(to: "ipc:///run/city", source: "/d", stream: "d2", area: AreaCode("320213021")!, level: .red))
    }

    @Test(arguments: [(8, false), (-300, true), (345, true), (480, true), (481, false), (841, false)])
    func `an offset is in minutes, and none that no zone has`(minutes: Int, isTaken: Bool) throws {
        let text = "department: {local_offset_minutes: \(minutes)}\n"
        if isTaken {
            #expect(try read(text).department.localOffsetMinutes == minutes)
        } else {
            #expect(throws: PlatformError.self) { try read(text) }
        }
    }

    @Test(arguments: [
        (#"{to: "tcp://city:7400", area: "320213"}"#, "has no 'source'"),
        (#"{to: "tcp://city:7400", source: /d}"#, "has no 'area'"),
        (#"{to: "tcp://city:*", source: /d, area: "320213"}"#, "needs the port"),
        (#"{to: "tcp://city:7400", source: "a b", area: "320213"}"#, "without blanks"),
        (#"{to: "tcp://city:7400", source: /d, area: "32"}"#, "area code in quotes"),
        (#"{to: "tcp://city:7400", source: /d, area: "320213", level: purple}"#, "level"),
        (#"{to: "tcp://127.0.0.1:7400", source: /d, area: "320213"}"#, "own door"),
        (#"{to: "tcp://localhost:7400", source: /d, area: "320213"}"#, "own door"),
    ]) func `a wrong forward is named with its place`(text: String, expected: String) {
        let error = #expect(throws: PlatformError.self) { try read("forward: \(text)\n") }
        let message = error?.description ?? ""
        #expect(message.contains(".yml:1:") && message.contains(expected), "\(message)")
    }

    @Test(arguments: [
        ("tcp://0.0.0.0:7400", "tcp://127.0.0.1:7400", true), ("tcp://*:7400", "tcp://localhost:7400", true),
        ("tcp://10.0.0.1:7400", "tcp://10.0.0.1:7400", true), ("tcp://10.0.0.1:7400", "tcp://127.0.0.1:7400", false),
        ("tcp://0.0.0.0:7400", "tcp://10.0.0.2:7400", false), ("tcp://127.0.0.1:*", "tcp://127.0.0.1:7400", false),
        ("ipc:///run/a", "ipc:///run/a", true),
    ]) func `a platform does not forward to itself`(ingest: String, to: String, isItself: Bool) {
        let text = "ingest: \"\(ingest)\"\nforward: {to: \"\(to)\", source: /d, area: \"320213\"}\n"
        do {
            _ = try read(text)
            #expect(!isItself)
        } catch {
            #expect(isItself && error.description.contains("forwards_to_itself"), "\(error)")
        }
    }

    @Test func `a file that is not there says so`() {
        let error = #expect(throws: PlatformError.self) { try Configuration(file: "/nowhere/fenghuo.yml") }
        let message = error?.description ?? ""
        #expect(message.contains("/nowhere/fenghuo.yml"))
    }
}
