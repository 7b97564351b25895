import Events

/// What the door is told of the journal before it opens, so that repeats and streams are known again.
public struct JournalPast {
    let desk: Desk

    /// Batches in journal order.
    public func note(_ batch: EventBatch, received: Timestamp) { desk.note(batch, received: received) }

    /// The journal holds events up to this time that are not shown: whatever is not newer and not known may be a repeat, and is
    /// answered `too_old`.
    public func assume(forgotten newest: Timestamp) { desk.assume(forgotten: newest) }
}
