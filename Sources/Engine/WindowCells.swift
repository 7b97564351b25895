import Events

/// The windows of one value of one rule: for every slot a ring of panes in one run of numbers.
///
/// A cell is `[newest pane index + 1, then panes × stride numbers]`; a pane of zeros is empty.
struct WindowCells: @unchecked Sendable {
    // @unchecked: as in Pages, a shared page is never written.
    private final class Page {
        let base: UnsafeMutablePointer<Double>
        let size: Int

        init(size: Int) {
            base = .allocate(capacity: size)
            base.initialize(repeating: 0, count: size)
            self.size = size
        }

        init(copying other: Page) {
            base = .allocate(capacity: other.size)
            base.initialize(from: other.base, count: other.size)
            size = other.size
        }

        deinit { base.deallocate() }
    }

    static let pageCells = 64
    let window: Rule.Window
    let cellSize: Int
    /// What every page is that holds nothing.
    private let blank: Page
    private var pages: [Page] = []

    init(window: Rule.Window) {
        self.window = window
        cellSize = 1 + window.panes * window.aggregate.stride
        blank = Page(size: Self.pageCells * cellSize)
    }

    /// Pages with memory of their own.
    var pagesInUse: Int { pages.count { $0 !== blank } }

    /// Makes room for slots 0…slot.
    mutating func reserve(_ slot: Int32) {
        while pages.count * Self.pageCells <= Int(slot) { pages.append(blank) }
    }

    /// Gives back the memory of cells that hold nothing; both ends are multiples of `pageCells`.
    mutating func clear(_ slots: Range<Int32>) {
        for page in Int(slots.lowerBound) / Self.pageCells..<min(pages.count, Int(slots.upperBound) / Self.pageCells) {
            pages[page] = blank
        }
    }

    /// Drops the room for slots from `count` on, a multiple of `pageCells`.
    mutating func shrink(to count: Int32) {
        while pages.count * Self.pageCells > Int(count) { pages.removeLast() }
    }

    func read(_ slot: Int32) -> UnsafePointer<Double> {
        UnsafePointer(pages[Int(slot) / Self.pageCells].base + Int(slot) % Self.pageCells * cellSize)
    }

    mutating func write(_ slot: Int32) -> UnsafeMutablePointer<Double> {
        let page = Int(slot) / Self.pageCells
        if !isKnownUniquelyReferenced(&pages[page]) { pages[page] = Page(copying: pages[page]) }
        return pages[page].base + Int(slot) % Self.pageCells * cellSize
    }

    /// Whether the newest pane's number is one that arithmetic can go on from.
    func isPlausible(_ slot: Int32) -> Bool {
        let number = read(slot)[0]
        return number.isFinite && abs(number) < 1e15 && number == number.rounded()
    }

    mutating func clear(_ slot: Int32) { write(slot).update(repeating: 0, count: cellSize) }

    private func pane(_ time: Timestamp) -> Int64 {
        let step = window.step.microseconds
        let quotient = time.microseconds / step
        return time.microseconds % step < 0 ? quotient - 1 : quotient
    }

    /// The start of the pane after the one that holds `time`.
    func nextBoundary(after time: Timestamp) -> Timestamp {
        .init(microseconds: (pane(time) + 1) * window.step.microseconds)
    }

    /// Adds a sample to its pane; false where that pane has already left the window.
    mutating func add(_ value: Double, at time: Timestamp, slot: Int32) -> Bool {
        let index = pane(time)
        let cell = write(slot)
        advance(cell, to: index)
        let newest = Int64(cell[0]) - 1
        guard newest - index < Int64(window.panes) else { return false }
        let seconds = Double(time.microseconds - index * window.step.microseconds) / 1_000_000
        window.aggregate.add(value, seconds: seconds, to: cell + offset(index))
        return true
    }

    /// The aggregate over the panes that end with the one holding `time`; NaN where it has no meaning.
    mutating func value(at time: Timestamp, slot: Int32) -> Double {
        let cell = write(slot)
        advance(cell, to: pane(time))
        let newest = Int64(cell[0]) - 1
        var merged = PaneMerge(window.aggregate)
        let step = Double(window.step.microseconds) / 1_000_000
        for back in stride(from: window.panes - 1, through: 0, by: -1) {
            merged.add(UnsafePointer(cell + offset(newest - Int64(back))), start: -Double(back) * step)
        }
        return merged.value
    }

    private func offset(_ index: Int64) -> Int {
        let panes = Int64(window.panes)
        let ring = index % panes
        return 1 + Int(ring < 0 ? ring + panes : ring) * window.aggregate.stride
    }

    /// Empties the panes between the newest and `index` and makes `index` the newest.
    private func advance(_ cell: UnsafeMutablePointer<Double>, to index: Int64) {
        let newest = Int64(cell[0]) - 1
        guard cell[0] == 0 || index > newest else { return }
        let first = cell[0] == 0 ? index - Int64(window.panes) + 1 : max(newest + 1, index - Int64(window.panes) + 1)
        for passed in first...index {
            (cell + offset(passed)).update(repeating: 0, count: window.aggregate.stride)
        }
        cell[0] = Double(index + 1)
    }
}
