/// The stable codes of answers; docs/wire.md explains each.
public enum IngestCode: String, CaseIterable, Error, Sendable {
    // Refuse a message.
    case badFrames = "bad_frames"
    case messageTooLarge = "message_too_large"
    case emptyMessage = "empty_message"
    case badHeader = "bad_header"
    case unsupportedContentType = "unsupported_content_type"
    case seqGap = "seq_gap"
    case oldEpoch = "old_epoch"
    case streamConflict = "stream_conflict"
    case tooManyStreams = "too_many_streams"
    case busy
    case commitFailed = "commit_failed"

    // Refuse an event (or a document that holds several).
    case badJSON = "bad_json"
    case badUTF8 = "bad_utf8"
    case badNumber = "bad_number"
    case nesting
    case tooManyEvents = "too_many_events"
    case notAnObject = "not_an_object"
    case duplicateKey = "duplicate_key"
    case missingField = "missing_field"
    case emptyField = "empty_field"
    case wrongType = "wrong_type"
    case tooLong = "too_long"
    case badCharacters = "bad_characters"
    case unknownSpecversion = "unknown_specversion"
    case unsupportedData = "unsupported_data"
    case badTime = "bad_time"
    case missingZone = "missing_zone"
    case timeTooEarly = "time_too_early"
    case timeTooLate = "time_too_late"
    case badArea = "bad_area"
    case badPeriod = "bad_period"
    case badCRS = "bad_crs"
    case outOfRange = "out_of_range"
    case unitMismatch = "unit_mismatch"
    case personalSubject = "personal_subject"
    case unexpectedField = "unexpected_field"
    case tooManyFields = "too_many_fields"
    case tooManyReadings = "too_many_readings"
    case sourceNotAllowed = "source_not_allowed"
    case tooManySources = "too_many_sources"
    case tooManySubjects = "too_many_subjects"
    case idReused = "id_reused"
    case tooOld = "too_old"
    case loop

    // Notes on an accepted event.
    case noRule = "no_rule"
    case unknownSubject = "unknown_subject"
    case areaMismatch = "area_mismatch"
    case clockFast = "clock_fast"
    case late
    case implausible
    /// On a numbered message that is taken for a repeat, though what came under its number is no longer known.
    case repeatNotCompared = "repeat_not_compared"

    /// Whether the same message may succeed when it is sent again unchanged.
    public var retry: Bool { self == .busy || self == .commitFailed || self == .seqGap }
}
