import Events

/// What the door is told of the journal before it opens, so that repeats and streams are known again.
public struct JournalPast {
    let desk: Desk

    /// Batches in journal order. `isForgotten`: more came since than the door remembers; it learns how new they were.
    public func note(_ batch: EventBatch, received: Timestamp, isForgotten: Bool) {
        desk.note(batch, received: received, isForgotten: isForgotten)
    }

    /// The journal holds events up to this time that are not shown: whatever is not newer and not known may be a repeat, and is
    /// answered `too_old`.
    public func assume(forgotten newest: Timestamp) { desk.assume(forgotten: newest) }
}
