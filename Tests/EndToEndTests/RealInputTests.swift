import Engine
import Events
import TestSupport
import Testing

extension EndToEnd {
    /// Data that instruments recorded, through the shipped mapping files and the rules that are scaled to it.
    struct RealInputTests {
        /// From the file's own column: mass of the cylinder falls within ±180 s.
        private static func releases(_ path: String) throws -> [ClosedRange<Timestamp>] {
            var intervals: [ClosedRange<Timestamp>] = []
            var start: Timestamp?
            let rows = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
            for row in rows {
                let cells = row.split(separator: ",", omittingEmptySubsequences: false)
                let moment = try RealInput.time(cells[0] + "+01:00")
                if cells[8] == "1", start == nil { start = moment }
                if cells[8] == "0", let from = start {
                    intervals.append(from - .seconds(180)...moment + .seconds(180))
                    start = nil
                }
            }
            if let start { intervals.append(start - .seconds(180)...Timestamp.distantFuture) }
            return intervals
        }

        private static let beams = ["rel03_beam7.csv", "rel04_beam7.csv"].map { "gas/chilbolton-ch4-2017/" + $0 }

        @Test(.enabled(if: SharedData.has(beams[0], beams[1])))
        func `methane raises inside its release, and never up-wind of it`() throws {
            let day = try RealInput.time("2017-05-09T00:00:00Z")..<RealInput.time("2017-05-10T00:00:00Z")
            let sent = try RealInput.send(Self.beams, map: "gas.yml", range: day)
            let releases = try Self.releases(SharedData.path(Self.beams[0]))
            #expect(!releases.isEmpty && !sent.episodes.isEmpty)
            for episode in sent.episodes {
                #expect(episode.subject == "chilbolton-rel03_beam7")
                #expect(releases.contains { $0.contains(episode.started) }, "raised at \(episode.started.formatted())")
            }
            #expect(sent.episodes.map(\.peak).max() == .orange)
        }

        @Test(.enabled(if: SharedData.has("water/lro/Mendon2019.csv")))
        func `the flood peak raises to orange on its day alone, and sensor faults raise nothing`() throws {
            let range = try RealInput.time("2019-03-14T00:00:00-07:00")..<RealInput.time("2019-05-01T00:00:00-07:00")
            let sent = try RealInput.send(["water/lro/Mendon2019.csv"], map: "water.yml", range: range)
            // 11 + 34 + 5 stages of -9999 and 20 conductivities of 7999 lie in the range, with other columns' faults.
            #expect(sent.implausible >= 70)
            let orange = sent.transitions.filter { $0.level == .orange }
            let peakDay = try RealInput.time("2019-04-27T00:00:00-07:00")..<RealInput.time("2019-04-28T00:00:00-07:00")
            #expect(!orange.isEmpty)
            #expect(orange.allSatisfy { peakDay.contains($0.at) && $0.value >= 102 && $0.value < 104 })
            // Blue and above only while the water stands as high as the file says: from the 21st on.
            let high = try RealInput.time("2019-04-21T00:00:00-07:00")
            #expect(sent.transitions.allSatisfy { $0.at >= high && $0.value < 104 && $0.value > 14 })
        }

        @Test(.enabled(if: SharedData.has("air/beijing_pm25_2012_2013.csv")))
        func `the smog of January 2013 reaches red`() throws {
            let range = try RealInput.time("2013-01-05T00:00:00+08:00")..<RealInput.time("2013-02-01T00:00:00+08:00")
            let sent = try RealInput.send(["air/beijing_pm25_2012_2013.csv"], map: "air.yml", range: range)
            let red = sent.transitions.filter { $0.level == .red && $0.rule == "pm25-smog" }
            // By hand from the file: the 24 hours to 10:00 have a mean of 342.0, those to 11:00 one of 355.0.
            let first = try #require(red.first)
            #expect(first.at == (try RealInput.time("2013-01-11T11:00:00+08:00")))
            #expect(abs(first.value - 355.0417) < 0.001)
            #expect(red.allSatisfy { $0.value >= 350 })
        }
    }
}
