import Foundation
import Testing

extension EndToEnd {
    /// What README.md shows is run as it stands there; only endpoints and, the second time, the event differ.
    struct ReadmeTests {
        /// The fenced blocks of a language, or of none, in order.
        private static func blocks(_ language: String) throws -> [String] {
            let text = try String(contentsOfFile: Repository.root + "/README.md", encoding: .utf8)
            let parts = text.components(separatedBy: "```")
            let fenced = stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
            return fenced.filter { $0.hasPrefix(language + "\n") }.map { String($0.dropFirst(language.count + 1)) }
        }

        /// A Python that has pyzmq; nil where no package index can be reached.
        private static let python = try? makePython(Scratch())

        /// Makes it once under .build.
        private static func makePython(_ scratch: Scratch) throws -> String? {
            let folder = Repository.root + "/.build/venv"
            let python = folder + "/bin/python"
            func has() throws -> Bool {
                guard FileManager.default.isExecutableFile(atPath: python) else { return false }
                return try run(python, ["-c", "import zmq"], in: scratch).code == 0
            }
            if try has() { return python }
            let make = try run("/usr/bin/env", ["python3", "-m", "venv", folder], in: scratch, seconds: 300)
            let install = ["-m", "pip", "install", "--quiet", "--timeout", "10", "--retries", "1", "pyzmq"]
            if make.code == 0, try run(python, install, in: scratch, seconds: 300).code == 0, try has() {
                return python
            }
            return nil
        }

        private static func script(_ text: String, _ platform: RunningPlatform, _ name: String) throws -> String {
            let placed = text.replacingOccurrences(of: "tcp://127.0.0.1:7400", with: platform.ingest)
                .replacingOccurrences(of: "tcp://127.0.0.1:7410", with: platform.feed)
            #expect(placed != text)
            return try platform.scratch.write(name, placed)
        }

        /// Whether the text is what is shown, where each `…` of the latter stands for anything.
        private static func isShown(_ text: String, as shown: String) -> Bool {
            let pieces = shown.trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: "…")
            let pattern = pieces.map(NSRegularExpression.escapedPattern).joined(separator: ".*")
            let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
            return line.range(of: "^\(pattern)$", options: .regularExpression) != nil
        }

        @Test(.enabled(if: python != nil, "no Python with pyzmq can be made here"))
        func `a Python department sends its first event and reads the answer that is shown`() throws {
            let scratch = try Scratch()
            let python = try #require(Self.python)
            let platform = try RunningPlatform(in: scratch)
            let first = try #require(try Self.blocks("python").first)
            let sent = try run(python, [Self.script(first, platform, "first.py")], in: scratch)
            #expect(sent.code == 0, "\(sent.errors)")
            let shown = try #require(try Self.blocks("").first { $0.hasPrefix("{'ok'") })
            #expect(Self.isShown(sent.output, as: shown), "\(sent.output)")
            #expect(platform.stop() == 0)
            let transitions = try StoredAlarms(data: platform.data).transitions()
            #expect(transitions.map(\.subject) == ["RQ-1"] && transitions.map(\.level) == [.red])
        }

        @Test(.enabled(if: python != nil, "no Python with pyzmq can be made here"))
        func `a Python subscriber gets the second event's alarm, as shown`() throws {
            let scratch = try Scratch()
            let python = try #require(Self.python)
            let platform = try RunningPlatform(in: scratch)
            let blocks = try Self.blocks("python")
            try #require(blocks.count == 3)
            let (first, subscribe, another) = (blocks[0], blocks[1], blocks[2])
            #expect(try run(python, [Self.script(first, platform, "first.py")], in: scratch).code == 0)
            let subscriber = try ChildProcess(python, [Self.script(subscribe, platform, "subscribe.py")], in: scratch)
            #expect(try eventually { try platform.status().feedSubscriptions > 0 })
            let from = try #require(first.range(of: "s.send_json"))
            let to = try #require(first.range(of: "print("))
            let second = first.replacingCharacters(in: from.lowerBound..<to.lowerBound, with: another)
            #expect(try run(python, [Self.script(second, platform, "second.py")], in: scratch).code == 0)
            #expect(subscriber.wait() == 0, "\(subscriber.errors)")
            let shown = try #require(try Self.blocks("").first { $0.hasPrefix("alarm/area/") })
            #expect(Self.isShown(subscriber.output, as: shown), "\(subscriber.output)")
            let body = try #require(subscriber.output.split(separator: " ", maxSplits: 1).last)
            let alarm = try #require(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
            #expect(alarm["transition"] as? String == "raised" && alarm["level"] as? String == "red")
            #expect((alarm["subject"] as? [String: Any])?["id"] as? String == "RQ-2")
            #expect(alarm["value"] as? Double == 55 && alarm["threshold"] as? Double == 50)
            #expect(platform.stop() == 0)
        }

        @Test func `the first rule passes the check`() throws {
            let scratch = try Scratch()
            let rules = try scratch.copy(Repository.root + "/rules", to: "rules")
            try scratch.write("rules/gas/my-first.yml", try #require(try Self.blocks("yaml").first))
            let check = try fenghuo("rules", "check", rules, in: scratch)
            #expect(check.code == 0, "\(check.output)\(check.errors)")
        }
    }
}
