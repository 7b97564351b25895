import Events
import Messaging

/// Sends what is in a spool until told to stop, and removes what is acknowledged.
public struct SpoolSender: ~Copyable {
    private let spool: Spool
    private var link: StreamLink
    /// Of the newest message handed to the link.
    private var handed: Int64 = 0

    public init(
        _ context: Context.Handle, _ options: SendOptions, _ spool: Spool, wake: Wake? = nil
    ) throws(MessagingError) {
        precondition(options.stream == spool.stream, "a spool has one stream")
        self.spool = spool
        link = try StreamLink(context, options, wake: wake, meetsAnew: true)
    }

    /// Asks the platform how far the stream has come.
    public mutating func open(_ shouldStop: () -> Bool) throws {
        let (epoch, seq, id) = try spool.meet(try link.open(shouldStop))
        link.begin(epoch: epoch, after: seq)
        handed = id
    }

    /// Takes from the spool what there is room for, sends it and takes answers for at most so long. `fill` is called where
    /// the spool has no more, and says whether it has put something in. Gives whether everything was acknowledged.
    public mutating func turn(
        milliseconds: Int, fill: () throws -> Bool, onAnswer: (PlatformAnswer) -> Void = { _ in }
    ) throws -> Bool {
        while link.hasRoom {
            if let message = try spool.message(after: handed) {
                link.add(message.body, events: message.events)
                handed = message.id
            } else if try !fill() {
                break
            }
        }
        let before = link.acknowledged
        var refused: [Spool.Refused] = []
        var failure: (any Error)?
        do {
            _ = try link.turn(milliseconds: milliseconds) { answer in
                onAnswer(answer)
                refused += (answer.errors ?? []).map {
                    .init(event: $0.id ?? "", code: $0.code, field: $0.field ?? "", reason: $0.en ?? "")
                }
            }
        } catch {
            failure = error
        }
        // Also where another answer ends the sending: what was refused is told nowhere else.
        if link.acknowledged > before || !refused.isEmpty {
            try spool.acknowledge(link.acknowledged, refused: refused)
        }
        if let failure { throw failure }
        return link.isEmpty
    }
}
