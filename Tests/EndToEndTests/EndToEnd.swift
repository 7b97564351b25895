import Testing

/// Every test that runs the built program as its own processes, one after the other: they share two processors with what they start.
@Suite(.serialized, .timeLimit(.minutes(10))) enum EndToEnd {}
