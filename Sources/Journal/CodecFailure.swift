/// Why stored bytes could not be decoded: a shortfall or an impossible value, and where in the payload.
struct CodecFailure: Error, Equatable, CustomStringConvertible {
    let what: String
    let offset: Int

    init(_ what: String, at offset: Int) {
        self.what = what
        self.offset = offset
    }

    var description: String { "\(what) at byte \(offset) of the payload" }
}
