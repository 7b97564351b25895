import Events

/// A fixed number of words for every slot of a rule: what a pattern remembers of a key, in pages like the keys'.
struct KeyCells: @unchecked Sendable {
    // @unchecked: as in Pages, a shared page is never written.
    private final class Page {
        let base: UnsafeMutablePointer<Int64>
        let size: Int

        init(size: Int, filledWith word: Int64) {
            base = .allocate(capacity: size)
            base.initialize(repeating: word, count: size)
            self.size = size
        }

        init(copying other: Page) {
            base = .allocate(capacity: other.size)
            base.initialize(from: other.base, count: other.size)
            size = other.size
        }

        deinit { base.deallocate() }
    }

    static let pageCells = 256
    /// A word that says nothing; as a moment, the distant past.
    static let empty = Timestamp.distantPast.microseconds

    /// Words of one slot.
    let words: Int
    private var pages: [Page] = []

    init(words: Int) { self.words = words }

    /// Makes room for slots 0…slot.
    mutating func reserve(_ slot: Int32) {
        while pages.count * Self.pageCells <= Int(slot) {
            pages.append(Page(size: Self.pageCells * words, filledWith: Self.empty))
        }
    }

    func read(_ slot: Int32) -> UnsafePointer<Int64> {
        UnsafePointer(pages[Int(slot) / Self.pageCells].base + Int(slot) % Self.pageCells * words)
    }

    /// Valid until the next reserve or copy.
    mutating func write(_ slot: Int32) -> UnsafeMutablePointer<Int64> {
        let page = Int(slot) / Self.pageCells
        if !isKnownUniquelyReferenced(&pages[page]) { pages[page] = Page(copying: pages[page]) }
        return pages[page].base + Int(slot) % Self.pageCells * words
    }

    mutating func clear(_ slot: Int32) { write(slot).update(repeating: Self.empty, count: words) }

    /// Empties a whole page of slots.
    mutating func clear(_ slots: Range<Int32>) {
        precondition(Int(slots.lowerBound) % Self.pageCells == 0 && slots.count == Self.pageCells, "one page")
        let page = Int(slots.lowerBound) / Self.pageCells
        if page < pages.count { pages[page] = Page(size: Self.pageCells * words, filledWith: Self.empty) }
    }

    /// Drops slots from `count` on.
    mutating func shrink(to count: Int32) {
        let wanted = (Int(count) + Self.pageCells - 1) / Self.pageCells
        if pages.count > wanted { pages.removeLast(pages.count - wanted) }
    }

    func write(_ slot: Int32, to out: inout ByteWriter) {
        out.put(raw: UnsafeRawBufferPointer(start: read(slot), count: words * 8))
    }

    /// Every word must be one that time arithmetic can go on from.
    mutating func restore(_ slot: Int32, from r: inout ByteReader) throws(ByteReader.Failure) {
        for word in 0..<words {
            let value = try r.get(Int64.self)
            guard value >= Self.empty, value <= Timestamp.distantFuture.microseconds else {
                throw .invalid(what: "cell", at: r.offset)
            }
            write(slot)[word] = value
        }
    }
}
