import Testing

@testable import Ingest

@Suite struct PlainJSONTests {
    private static let event = """
        {"specversion":"1.0","id":"e-1","source":"/gw/1","type":"reading","subject":"S-17","time":"2026-07-01T08:15:00+08:00",\
        "data":{"metric":"gas.lel","value":20.55,"unit":"%","quality":"好","lon":120.2231,"rssi":-71,"ok":true,"no":null}}
        """

    /// A short way, a long way, and what they said of one document.
    private struct Bench: ~Copyable {
        let plain = PlainJSON()
        let parser = JSONParser(maximumBytes: 1 << 20, nesting: 16)
        let keys = EventKeyTable()

        /// Nil where the short way leaves the document to simdjson; false where it says something else.
        func agree(_ text: [UInt8], behind: [UInt8] = []) -> Bool? {
            let padded = text + behind + [UInt8](repeating: 0, count: JSONParser.padding)
            return padded.withUnsafeBytes { bytes in
                let start = bytes.baseAddress!
                var (short, long) = (JSONTape(), JSONTape())
                let isTaken = plain.parse(start.assumingMemoryBound(to: UInt8.self), count: text.count, &short)
                guard isTaken else { return nil }
                guard parser.parseAny(start, count: text.count, &long) == nil else { return false }
                return shown(short, JSONTape.root) == shown(long, JSONTape.root)
            }
        }

        private func shown(_ tape: JSONTape, _ at: Int) -> String {
            let kind = tape.kind(at)
            guard kind == .object || kind == .array else {
                if kind == .string { return "“\(tape.text(at).string)”" }
                return kind == .int || kind == .double ? "\(kind.tag):\(tape.word(at + 1))" : "\(kind.tag)"
            }
            var parts: [String] = []
            var next = at + 1
            while next < tape.end(at) {
                if kind == .object {
                    parts.append("\(keys.find(tape, next)) \(shown(tape, next))")
                    next += 1
                }
                parts.append(shown(tape, next))
                next = tape.after(next)
            }
            return "\(kind.tag)(\(parts.joined(separator: " ")))"
        }
    }

    @Test(arguments: [
        event, "{}", "[]", " [ ] ", "[{},[[]],{\"a\":{}}]", "{ \"id\" : \"x\" , \"time\":\t1 }\r\n", "\"\"", "0", "-1",
        "true",
        "[0.1,0.3,120.2231,-0.0,1.50,999999999999.999,123456789012345678,-123456789012345678,0.00000000000001]",
        "{\"0123456789abc\":1,\"0123456789abcd\":2,\"datacontenttype\":3,\"汉字\":\"燃气\",\"\":\"\"}",
        "\"sixteen bytes ab\"", "\"fifteen bytes a\"", "\"汉字汉字汉字 and more\"",
    ])
    func `takes what gateways send, as simdjson does, also when it came before`(document: String) {
        let bench = Bench()
        for _ in 0..<3 { #expect(bench.agree(Array(document.utf8)) == true) }
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "[1 2]", "{\"a\":1]", "1 2", "01", "-", "1.", ".5",
        "+1", "tru",
        "truex", "\"", "\"\\n\"", "\"\u{7F}\"", "\"a\nb\"", "\"\u{E9}\"", "\"\u{10000}\"", "1e3", "1.5E3", "-0",
        "[[[[[[[[[1]]]]]]]]]",
        "12345678901234567890", "0.1234567890123456", "nul", "[1,,2]",
    ])
    func `leaves to simdjson what is wrong or rare`(document: String) {
        #expect(Bench().agree(Array(document.utf8)) == nil)
    }

    @Test func `bytes of surrogates and cut characters are not taken`() {
        let bench = Bench()
        for bytes: [UInt8] in [[0xED, 0xA0, 0x80], [0xE6, 0xB1], [0xE6], [0xE0, 0x80, 0x80], [0xFF], [0x80]] {
            #expect(bench.agree([0x22] + bytes + [0x22]) == nil)
        }
    }

    @Test func `what lies behind a document is not read as part of it`() {
        let bench = Bench()
        let whole = Array(Self.event.utf8)
        for count in 0..<whole.count {
            #expect(bench.agree(Array(whole[..<count]), behind: Array(whole[count...])) == nil, "\(count)")
        }
        #expect(bench.agree(whole, behind: Array(",1,1]}".utf8)) == true)
    }

    @Test func `a document that was changed anywhere is taken as simdjson takes it or not at all`() {
        let bench = Bench()
        var taken = 0
        var dice = Dice(state: 11)
        let alphabet = Array("{}[]\",:\\0123456789.-eEtfn \n\u{7F}汉é".utf8)
        var document = Array(Self.event.utf8)
        for round in 0..<6000 {
            if round % 4 == 0 { document = Array(Self.event.utf8) }
            let at = Int(dice.next() % UInt64(document.count))
            switch dice.next() % 3 {
            case 0: document[at] = alphabet[Int(dice.next() % UInt64(alphabet.count))]
            case 1: document.insert(alphabet[Int(dice.next() % UInt64(alphabet.count))], at: at)
            default: document.remove(at: at)
            }
            let agrees = bench.agree(document)
            if agrees == true { taken += 1 }
            #expect(agrees != false, "\(String(decoding: document, as: UTF8.self))")
        }
        #expect(taken > 600)
    }
}

/// A linear congruential generator.
private struct Dice {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) >> 8
    }
}
