import Events

/// The bytes of an answer, in the shapes that docs/wire.md shows.
enum Answer {
    /// A stream's place in an answer: everything up to `ack` of the epoch is durable.
    struct Ack: Equatable {
        var stream: String
        var epoch: UInt64
        var ack: UInt64
    }

    /// What became of a message's events, once they are durable. `position` is the last accepted event's.
    static func taken(
        _ outcome: Outcome, position: Int64?, received: Timestamp?, ack: Ack? = nil, ref: Int64? = nil
    ) -> [UInt8] {
        var json = JSONWriter()
        json.open(UInt8(ascii: "{"))
        json.field("ok", outcome.rejected == 0)
        json.field("accepted", outcome.accepted)
        json.field("duplicates", outcome.duplicates)
        json.field("rejected", outcome.rejected)
        json.field("retry", false)
        if let position { json.field("position", position) }
        if let received { json.field("received", received.formatted()) }
        write(ack, ref, &json)
        write("notes", outcome.notes, &json)
        if !outcome.noteCounts.isEmpty {
            json.open(UInt8(ascii: "{"), "note_counts")
            for entry in outcome.noteCounts { json.entry(entry.code.rawValue, entry.count) }
            json.close(UInt8(ascii: "}"))
        }
        write("errors", outcome.errors, &json)
        json.close(UInt8(ascii: "}"))
        return json.bytes
    }

    /// A whole message that was refused: nothing of it was kept.
    static func refused(_ finding: Finding, ack: Ack? = nil, ref: Int64? = nil) -> [UInt8] {
        var json = JSONWriter()
        json.open(UInt8(ascii: "{"))
        json.field("ok", false)
        json.field("code", finding.code.rawValue)
        json.field("accepted", 0)
        json.field("retry", finding.code.retry)
        if finding.code == .busy || finding.code == .commitFailed {
            json.field("retry_after_ms", Limits.retryMilliseconds)
        }
        if finding.code == .seqGap, let want = finding.want, let expected = UInt64(want) {
            json.field("expected", expected)
        }
        write(ack, ref, &json)
        words(finding, &json)
        json.close(UInt8(ascii: "}"))
        return json.bytes
    }

    /// A stream's high-water mark.
    static func mark(_ stream: String, epoch: UInt64, seq: UInt64, ref: Int64?) -> [UInt8] {
        var json = JSONWriter()
        json.open(UInt8(ascii: "{"))
        json.field("ok", true)
        json.field("stream", stream)
        json.field("epoch", epoch)
        json.field("seq", seq)
        json.field("credit", Limits.streamCredit)
        if let ref { json.field("ref", ref) }
        json.close(UInt8(ascii: "}"))
        return json.bytes
    }

    private static func write(_ ack: Ack?, _ ref: Int64?, _ json: inout JSONWriter) {
        if let ack {
            json.field("stream", ack.stream)
            json.field("epoch", ack.epoch)
            json.field("ack", ack.ack)
            json.field("credit", Limits.streamCredit)
        }
        if let ref { json.field("ref", ref) }
    }

    private static func write(_ name: StaticString, _ findings: [Finding], _ json: inout JSONWriter) {
        guard !findings.isEmpty else { return }
        json.open(UInt8(ascii: "["), name)
        for finding in findings {
            json.open(UInt8(ascii: "{"))
            json.field("index", finding.index)
            if let id = finding.id { json.field("id", id) }
            json.field("code", finding.code.rawValue)
            if let field = finding.field { json.field("field", field) }
            if let got = finding.got { json.field("got", got) }
            if let want = finding.want { json.field("want", want) }
            words(finding, &json)
            json.close(UInt8(ascii: "}"))
        }
        json.close(UInt8(ascii: "]"))
    }

    private static func words(_ finding: Finding, _ json: inout JSONWriter) {
        json.field("zh", finding.zh)
        json.field("en", finding.en)
    }
}
