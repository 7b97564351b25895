import Events

/// The windows of one value of one rule: for every slot a cell of numbers in a page, laid out by the window's shape.
///
/// A cell of zeros is a window that holds nothing.
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

    /// As in `Pages`.
    private struct Entry {
        var page: Page
        var base: UnsafeMutablePointer<Double>
        var turn: Int64 = -1

        init(_ page: Page) { (self.page, base) = (page, page.base) }
    }

    /// What became of a sample.
    enum Outcome {
        case taken
        /// Its place has already left the window.
        case late
        /// The window is full.
        case refused
    }

    /// How a cell is laid out and read.
    enum Layout: Sendable {
        case panes(PaneRing)
        case distinctPanes(DistinctRing)
        case tumbling(TumblingCell)
        case session(SessionCell)
        case samples(SampleList)
        case smoothed(SmoothedCell)
    }

    static let pageCells = 64
    let layout: Layout
    let cellSize: Int
    /// What every page is that holds nothing.
    private let blank: Page
    private var pages: [Entry] = []

    init(window: Rule.Window) {
        layout = Self.layout(of: window)
        cellSize = Self.cellSize(of: layout)
        blank = Page(size: Self.pageCells * cellSize)
    }

    private static func layout(of window: Rule.Window) -> Layout {
        let aggregate = window.aggregate
        return switch window.shape {
        case .sliding(let over, let step):
            aggregate == .distinct
                ? .distinctPanes(DistinctRing(over: over, step: step))
                : .panes(PaneRing(aggregate, over: over, step: step))
        case .tumbling(let every): .tumbling(TumblingCell(aggregate: aggregate, every: every))
        case .session(let gap, let longest):
            .session(SessionCell(aggregate: aggregate, gap: gap, longest: longest))
        case .samples, .exact: .samples(SampleList(window))
        case .halfLife(let span): .smoothed(SmoothedCell(halfLife: span.seconds, weight: 0))
        case .weight(let weight): .smoothed(SmoothedCell(halfLife: 0, weight: weight))
        }
    }

    private static func cellSize(of layout: Layout) -> Int {
        switch layout {
        case .panes(let ring): ring.cellSize
        case .distinctPanes: DistinctRing.cellSize
        case .tumbling(let window): window.cellSize
        case .session(let window): window.cellSize
        case .samples(let list): list.cellSize
        case .smoothed: SmoothedCell.cellSize
        }
    }

    /// What cells of panes hold; nil for other windows.
    static func panes(of window: Rule.Window) -> PaneRing? {
        if case .panes(let ring) = layout(of: window) { ring } else { nil }
    }

    /// Numbers of one cell.
    static func cellSize(of window: Rule.Window) -> Int { cellSize(of: layout(of: window)) }

    /// Pages with memory of their own.
    var pagesInUse: Int { pages.count { $0.page !== blank } }

    /// Makes room for slots 0…slot.
    mutating func reserve(_ slot: Int32) {
        while pages.count * Self.pageCells <= Int(slot) { pages.append(Entry(blank)) }
    }

    /// Gives back the memory of cells that hold nothing; both ends are multiples of `pageCells`.
    mutating func clear(_ slots: Range<Int32>) {
        for page in Int(slots.lowerBound) / Self.pageCells..<min(pages.count, Int(slots.upperBound) / Self.pageCells) {
            pages[page] = Entry(blank)
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
        if !isKnownUniquelyReferenced(&pages[page].page) { pages[page] = Entry(Page(copying: pages[page].page)) }
        return pages[page].base + Int(slot) % Self.pageCells * cellSize
    }

    /// As `Pages.write(_:in:)`.
    @inline(__always)
    mutating func write(_ slot: Int32, in turn: Int64) -> UnsafeMutablePointer<Double> {
        let page = Int(slot) / Self.pageCells
        if pages[page].turn != turn {
            _ = write(slot)
            pages[page].turn = turn
        }
        return pages[page].base + Int(slot) % Self.pageCells * cellSize
    }

    mutating func clear(_ slot: Int32) { write(slot).update(repeating: 0, count: cellSize) }

    /// Takes a slot's cell as a snapshot of the version has it.
    mutating func restore(_ slot: Int32, from r: inout ByteReader, version: UInt16) throws(ByteReader.Failure) {
        let cell = write(slot)
        var wide: PaneRing?
        if version == Engine.widePanesVersion, case .panes(let ring) = layout { wide = ring }
        let raw = try r.getRaw((wide?.wideSize ?? cellSize) * MemoryLayout<Double>.size)
        raw.withUnsafeBytes { bytes in
            if let wide { return wide.restore(cell, wide: bytes) }
            UnsafeMutableRawPointer(cell).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        }
    }

    /// Whether no sample ever came; a window that time has emptied knows its panes.
    func isBlank(_ slot: Int32) -> Bool {
        let cell = read(slot)
        return (0..<cellSize).allSatisfy { cell[$0] == 0 }
    }

    /// Whether nothing that came is in the window any more, at the moment at which it was read last. What has no meaning
    /// may hold something: a slope of one sample.
    func isEmpty(at time: Timestamp, slot: Int32) -> Bool {
        let cell = read(slot)
        return switch layout {
        case .panes(let ring): ring.isEmpty(cell)
        case .session(let window): window.isOver(at: time, of: cell)
        case .samples(let list): list.isEmpty(at: time, of: cell)
        case .tumbling(let window): window.isEmpty(cell)
        // They have no meaning before their first sample only.
        case .distinctPanes, .smoothed: false
        }
    }

    /// Whether the cell's times and counts are ones that arithmetic can go on from.
    func isPlausible(_ slot: Int32) -> Bool {
        let cell = read(slot)
        return switch layout {
        case .panes(let ring): ring.isPlausible(cell)
        case .distinctPanes(let ring): ring.isPlausible(cell)
        case .tumbling(let window): window.isPlausible(cell)
        case .session(let window): window.isPlausible(cell)
        case .samples(let list): list.isPlausible(cell)
        case .smoothed(let window): window.isPlausible(cell)
        }
    }

    mutating func add(_ value: Double, at time: Timestamp, slot: Int32) -> Outcome {
        let cell = write(slot)
        return switch layout {
        case .panes(let ring): ring.add(value, at: time, to: cell)
        case .distinctPanes(let ring): ring.add(value, at: time, to: cell)
        case .tumbling(let window): window.add(value, at: time, to: cell)
        case .session(let window): window.add(value, at: time, to: cell)
        case .samples(let list): list.add(value, at: time, to: cell)
        case .smoothed(let window): window.add(value, at: time, to: cell)
        }
    }

    /// What the window says at the moment, its samples of later moments aside; NaN where it has no meaning.
    mutating func value(at time: Timestamp, slot: Int32) -> Double {
        let cell = write(slot)
        return switch layout {
        case .panes(let ring): ring.value(at: time, of: cell)
        case .distinctPanes(let ring): ring.value(at: time, of: cell)
        case .tumbling(let window): window.value(of: cell)
        case .session(let window): window.value(at: time, of: cell)
        case .samples(let list): list.value(at: time, of: cell)
        case .smoothed(let window): window.value(of: cell)
        }
    }

    /// When the window will next say something else though nothing comes; nil: never.
    func nextChange(after time: Timestamp, slot: Int32) -> Timestamp? {
        switch layout {
        case .panes(let ring): ring.nextBoundary(after: time)
        case .distinctPanes(let ring): ring.nextBoundary(after: time)
        case .tumbling(let window): window.end(of: read(slot))
        case .session(let window): window.end(of: read(slot), after: time)
        case .samples(let list): list.nextChange(of: read(slot), after: time)
        case .smoothed: nil
        }
    }

    /// Whether the window speaks at its end only.
    var isTumbling: Bool { if case .tumbling = layout { true } else { false } }

    /// When the tumbling window ends that a sample of the moment belongs to.
    func end(holding time: Timestamp) -> Timestamp? {
        if case .tumbling(let window) = layout { window.end(holding: time) } else { nil }
    }

    /// Closes a tumbling window that has ended by the moment.
    mutating func close(by moment: Timestamp, silenceIsZero: Bool, slot: Int32) {
        guard case .tumbling(let window) = layout else { return }
        window.close(by: moment, silenceIsZero: silenceIsZero, of: write(slot))
    }

    /// What the last closed window said no longer holds.
    mutating func forget(_ slot: Int32) {
        guard case .tumbling(let window) = layout else { return }
        window.forget(write(slot))
    }
}

extension UnsafePointer<Double> {
    /// A moment kept bit for bit in a cell.
    func moment(_ index: Int) -> Timestamp {
        Timestamp(microseconds: Int64(bitPattern: self[index].bitPattern))
    }

    /// Whether it is one from which spans can be taken.
    func isMoment(_ index: Int) -> Bool { moment(index) >= .distantPast && moment(index) <= .distantFuture }

    /// Whether it is a whole number in the range.
    func isCount(_ index: Int, atMost most: Int) -> Bool {
        self[index] >= 0 && self[index] <= Double(most) && self[index] == self[index].rounded()
    }
}

extension UnsafeMutablePointer<Double> {
    func setMoment(_ index: Int, _ time: Timestamp) {
        self[index] = Double(bitPattern: UInt64(bitPattern: time.microseconds))
    }

    func moment(_ index: Int) -> Timestamp { UnsafePointer(self).moment(index) }
}

/// The number of a pane or window, counted from the epoch, kept in one place of a cell where 0 says that there is none.
extension UnsafeMutablePointer<Double> {
    var pane: Int64? {
        get { self[0] == 0 ? nil : Int64(self[0]) - (self[0] > 0 ? 1 : 0) }
        nonmutating set { self[0] = newValue.map { Double($0 < 0 ? $0 : $0 + 1) } ?? 0 }
    }
}
