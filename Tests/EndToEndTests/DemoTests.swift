import Foundation
import Testing

extension EndToEnd {
    /// `fenghuo demo` empties a directory: only its own, and only when nothing runs on it.
    struct DemoTests {
        private static func settings(_ scratch: Scratch, control: String = "tcp://127.0.0.1:*") throws -> String {
            let names = ["ingest", "feed", "history"].map { "\($0): tcp://127.0.0.1:*\n" }.joined()
            return try scratch.write("demo-\(UUID().uuidString).yml", names + "control: \(control)\n")
        }

        /// A demo of the scripted sensors only, at the end of its day.
        private static func demo(_ scratch: Scratch, _ data: String) throws -> ChildProcess {
            let demo = try ChildProcess(
                Repository.executable,
                ["demo", "--data", data, "--keep-every", "1000", "--config", settings(scratch)], in: scratch)
            let isOver = eventually(seconds: 120) { demo.output.contains("the day is over") || !demo.isRunning }
            try #require(isOver && demo.isRunning, "\(demo.output.suffix(500))\(demo.errors)")
            return demo
        }

        private static func rows(_ data: String, _ scratch: Scratch) throws -> String {
            let verify = try fenghuo("journal", "verify", "--data", data, in: scratch)
            #expect(verify.code == 0, "\(verify.errors)")
            return verify.output
        }

        @Test func `a second demo touches no file of a running one`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/demo"
            let first = try Self.demo(scratch, data)
            let before = try Self.rows(data, scratch)
            #expect(!before.contains(" 0 events"))
            let second = try fenghuo("demo", "--data", data, "--config", try Self.settings(scratch), in: scratch)
            #expect(second.code == 1 && second.errors.contains("owned by process"), "\(second.errors)")
            #expect(try Self.rows(data, scratch) == before)
            #expect(first.output.contains("alarms list --open --data \(data)"))
            first.signal(SIGINT)
            #expect(first.wait() == 0)
            #expect(first.output.contains("stopped; the data is in \(data)"))
            #expect(try Self.rows(data, scratch) == before)

            let alarms = try fenghuo("alarms", "list", "--data", data, in: scratch)
            #expect(alarms.code == 0 && alarms.output.split(separator: "\n").count > 10)
            let third = try Self.demo(scratch, data)
            #expect(third.output.hasPrefix("a new demo: what the last one left in \(data) is removed\n"))
            third.signal(SIGINT)
            #expect(third.wait() == 0)
        }

        @Test func `a demo that cannot have its port leaves the last one's data alone`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/demo"
            let last = try scratch.write("demo/.demo", "")
            let kept = try scratch.write("demo/journal/00000000000000000001.sqlite", "of the last demo")
            let platform = try RunningPlatform(in: scratch)
            let settings = try Self.settings(scratch, control: platform.control)
            let demo = try fenghuo("demo", "--data", data, "--config", settings, in: scratch)
            #expect(demo.code == 1 && demo.errors.contains("another process"), "\(demo.errors)")
            #expect([last, kept].allSatisfy(FileManager.default.fileExists))
            // The first of all demos, too: the next one may begin.
            for _ in 0..<2 {
                let first = try fenghuo("demo", "--data", scratch.path + "/new", "--config", settings, in: scratch)
                #expect(first.code == 1 && first.errors.contains("another process"), "\(first.errors)")
            }
            #expect(platform.stop() == 0)
        }

        @Test func `a directory that no demo made is not emptied`() throws {
            let scratch = try Scratch()
            let file = try scratch.write("mine/notes.txt", "")
            let data = scratch.path + "/mine"
            let demo = try fenghuo("demo", "--data", data, "--config", try Self.settings(scratch), in: scratch)
            #expect(demo.code == 1 && demo.errors.contains("no demo made it"), "\(demo.errors)")
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }
}
