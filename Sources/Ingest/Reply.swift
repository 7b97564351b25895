/// An answer on its way: the frames that lead back to the sender, then the bytes.
struct Reply: Equatable {
    var envelope: [[UInt8]]
    var bytes: [UInt8]
}
