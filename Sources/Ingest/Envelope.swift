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
        let count = sizes.count
        guard count >= 2 else { return nil }
        var first = 1
        if sizes[1] == 0, count > 2 {
            first = 2
        } else if count > 3, sizes[2] == 0 {
            first = 3
        }
        echoed = first
        switch count - first {
        case 1: (header, body) = (nil, first)
        case 2: (header, body) = (first, first + 1)
        default: return nil
        }
    }
}
