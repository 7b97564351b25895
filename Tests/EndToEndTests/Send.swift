import City
import Client
import Events
import Messaging

extension CityDay: EventLines {}

/// Sends all lines as a department's gateway would; returns when every one is on the platform's disk.
func send(
    _ lines: consuming some EventLines, to endpoint: String, stream: String, batch: Int = 100, window: Int = 16
) throws -> SendProgress {
    var options = SendOptions(stream: stream)
    options.endpoint = endpoint
    options.batch = batch
    options.window = window
    options.giveUpAfter = 60_000
    return try send(lines, options)
}

func send(_ lines: consuming some EventLines, _ options: SendOptions) throws -> SendProgress {
    let context = Context()
    var sender = try EventSender(context.handle, options)
    return try sender.send(&lines)
}

/// Calls out when the lines come to each of the given moments.
struct Interrupted<Lines: EventLines>: EventLines {
    var lines: Lines
    /// Ascending.
    var moments: [Timestamp]
    let strike: (Timestamp) throws -> Void

    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        guard let time = try lines.nextLine(into: &out) else { return nil }
        while let next = moments.first, time >= next {
            moments.removeFirst()
            try strike(next)
        }
        return time
    }
}

/// The lines whose time lies in a range; those are asked for no further than its end.
struct Between<Lines: EventLines>: EventLines {
    var lines: Lines
    let range: Range<Timestamp>

    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp? {
        let start = out.count
        while let time = try lines.nextLine(into: &out) {
            if range.contains(time) { return time }
            out.removeSubrange(start...)
            if time >= range.upperBound { return nil }
        }
        return nil
    }
}
