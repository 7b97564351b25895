/// How the frames of one message fall into what is echoed, the header and the body.
///
/// After the routing id a REQ socket puts an empty frame, with REQ_CORRELATE an id before that; a DEALER puts none.
struct Envelope: Equatable {
    /// Frames to put before the answer, the routing id first.
    var echoed: Int
    var header: Int?
    var body: Int

    /// From the sizes of all frames, the routing id's first; nil where they have no such shape.
    init?(sizes: [Int]) {
        guard sizes.count >= 2 else { return nil }
        let first = Self.echoed(sizes: sizes)
        echoed = first
        switch sizes.count - first {
        case 1: (header, body) = (nil, first)
        case 2: (header, body) = (first, first + 1)
        default: return nil
        }
    }

    /// How many frames an answer repeats, whatever follows them: a REQ socket waits for its own empty frame even where
    /// the rest makes no sense.
    static func echoed(sizes: [Int]) -> Int {
        if sizes.count > 2, sizes[1] == 0 { return 2 }
        return sizes.count > 3 && sizes[2] == 0 ? 3 : 1
    }
}
