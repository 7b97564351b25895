import AlertStore
import Events
import Foundation
import Journal
import Messaging
import Testing

extension EndToEnd {
    /// A district's platform that forwards to a city's, each its own process, and outages of both.
    struct ForwardTests {
        private let scratch: Scratch
        private let city: RunningPlatform
        private let district: RunningPlatform

        init() throws {
            scratch = try Scratch()
            let rules = scratch.path + "/city-rules"
            try scratch.write(
                "city-rules/city/district-alarms.yml",
                """
                id: district-alarms
                title: {zh: 区级红色报警, en: Red alarms of districts}
                domain: city
                status: stable
                runbook: docs/runbooks/gas-lel.md
                input: {type: report, category: alarm, fields: {level: string, transition: string}}
                where: level == "red"
                by: area(6)
                value: {count: value, over: 1h, step: 1m}
                levels:
                  orange: {at: 2, cite: project default}
                """)
            // Held until the city is up for the first time: the district knows its address before.
            let port = RunningPlatform.freePort()
            city = RunningPlatform(
                in: scratch, .init(rules: rules, data: scratch.path + "/city", ingest: "tcp://127.0.0.1:\(port)"))
            district = RunningPlatform(
                in: scratch,
                .init(
                    data: scratch.path + "/district",
                    more: "forward: {to: \"tcp://127.0.0.1:\(port)\", source: /320213, area: \"320213\"}"))
        }

        /// One alarm of each sensor: raised red.
        private func raise(_ numbers: ClosedRange<Int>, area: String = "320213021") throws {
            let wire = try Wire(.req, district.ingest)
            for number in numbers {
                let event =
                    #"{"id":"e\#(number)","subject":"S-\#(number)","area":"\#(area)","metric":"gas.lel","value":60,"#
                    + #""unit":"%LEL","time":"2026-07-02T00:\#(String(format: "%02d:%02d", number / 60, number % 60))+08:00"}"#
                #expect(try wire.ask(event)?["accepted"] as? Int == 1)
            }
            #expect(try district.settle())
        }

        private func isDrained() throws -> Bool {
            try eventually {
                guard let forward = try district.status().forward else { return false }
                return forward.waiting == 0
            }
        }

        /// Id and subject of every forwarded alarm in the city's journal, in order.
        private func arrived() throws -> [String] {
            var reader = try Journal.read(data: city.data, from: nil)
            var found: [String] = []
            while let stored = try reader.next() {
                guard case .events(let batch) = stored.record.entry else { continue }
                for event in 0..<batch.count {
                    let id = batch.ids.bytes.withUnsafeBytes { Array($0[batch.ids.range(event)]) }
                    #expect(batch.strings.string(batch.sources[event]) == "/320213")
                    found.append(
                        "\(String(decoding: id, as: UTF8.self)) \(batch.strings.string(batch.subjects[event]))")
                }
            }
            return found
        }

        private func told() throws -> [String] {
            var (lines, since, more): ([String], Int64, Bool) = ([], 0, true)
            let reader = try AlertReader(path: district.data + "/alerts.sqlite")
            while more {
                let page = try reader.notices(since: since)
                lines += try page.notices.map {
                    let notice = try Notice(json: $0.body)
                    return "\(notice.id) \(notice.subject?.id ?? "")"
                }
                (since, more) = (page.next, page.more)
            }
            return lines
        }

        @Test func `every alarm arrives once and in order, whoever is killed meanwhile`() throws {
            // The network refuses: nobody listens there yet.
            try district.start()
            try raise(1...20)
            // Of another district, which the settings leave out.
            try raise(81...82, area: "320206001")
            #expect(try district.status().forward?.answered == 0)
            try city.start()
            #expect(try isDrained())
            // The city is away, and comes back.
            city.kill()
            try raise(21...40)
            #expect(try district.status().forward?.waiting ?? 0 > 0)
            // The district is killed with alarms that were never sent.
            district.kill()
            try city.start()
            try district.start()
            #expect(try isDrained())
            // Both are killed at once, in the middle of it: some alarms are on their way to a city that stands still.
            try raise(41...60)
            city.signal(SIGSTOP)
            try raise(61...80)
            #expect(try eventually { try district.status().forward?.waiting ?? 0 >= 20 })
            district.kill()
            city.kill()
            try city.start()
            try district.start()
            #expect(try isDrained())
            let forward = try #require(try district.status().forward)
            #expect((forward.refused, forward.restarts, forward.trouble) == (0, 0, ""))
            // The city counts the district's alarms by a rule of its own.
            #expect(try city.settle())
            #expect(try StoredAlarms(data: city.data).episodes().map(\.key) == ["320213"])
            #expect(district.stop() == 0)
            #expect(city.stop() == 0)
            let (arrived, told) = (try arrived(), try told())
            #expect(told.count == 82)
            let theirs = told.filter { !$0.hasSuffix(" S-81") && !$0.hasSuffix(" S-82") }
            #expect(theirs.count == 80 && firstDifference(arrived, theirs) == nil)
        }

        @Test func `two platforms that forward to each other are told of the circle, and it ends`() throws {
            try district.start()
            var settings = city.settings
            settings.more = "forward: {to: \"\(district.ingest)\", source: /320200, area: \"320200\"}"
            city.settings = settings
            try city.start()
            try raise(1...2)
            #expect(
                try eventually {
                    let forward = try city.status().forward
                    return forward?.refused == 1 && forward?.waiting == 0
                })
            let refused = try city.status().forward?.newestRefused.first
            #expect((refused?.code, refused?.field) == ("loop", "via"))
            #expect(try eventually { try district.status().codes.contains { $0.code == "loop" && $0.count == 1 } })
            #expect(try isDrained())
            #expect(try fenghuo("status", "--control", city.control, in: scratch).output.contains("loop via"))
            let status = try city.status()
            #expect(
                status.health == "degraded" && "\(status.degraded)".contains("refused 1 alarms"), "\(status.degraded)")
        }
    }
}
