import Foundation
import Messaging
import Testing

extension EndToEnd {
    struct OverloadTests {
        @Test func `measure`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let alone = Flood("alone", platform.ingest, window: 64)
            usleep(3_000_000)
            let capacity = alone.stop()
            print("alone", capacity.sent, capacity.accepted, capacity.busy, capacity.waits.sorted()[capacity.waits.count / 2], capacity.waits.max()!)
            let floods = (0..<4).map { Flood("f\($0)", platform.ingest) }
            var rss = 0
            var probes: [(Double, String)] = []
            let wire = try Wire(.req, platform.ingest)
            let begun = Date()
            var id = 0
            while Date().timeIntervalSince(begun) < 5 {
                id += 1
                let at = ProcessInfo.processInfo.systemUptime
                let answer = try wire.ask(
                    #"{"id":"p\#(id)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":1,"unit":"%LEL","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"#)
                probes.append((ProcessInfo.processInfo.systemUptime - at, answer?["code"] as? String ?? "ok"))
                rss = max(rss, platform.residentKilobytes)
                usleep(50_000)
            }
            let after = floods.map { $0.stop() }
            for flood in after {
                let waits = flood.waits.sorted()
                print("flood", flood.sent, flood.accepted, flood.busy, flood.other.first ?? "", waits.isEmpty ? 0 : waits[waits.count / 2], waits.last ?? 0)
            }
            print("probes", probes.count, probes.filter { $0.1 == "ok" }.count, probes.map(\.0).sorted()[probes.count / 2], probes.map(\.0).max()!)
            print("rss", rss / 1024, "MB", try platform.status().codes.map { "\($0.code) \($0.count)" })
            #expect(platform.stop() == 0)
        }
    }
}
