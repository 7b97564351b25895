/// An array of plain slots in fixed pages addressed by Int32; copying it shares pages until one is written.
///
/// So a snapshot is a copy of the page list, serialised elsewhere while the engine goes on writing. A page that holds
/// nothing is the one blank page, shared by all that hold nothing: its first write gives it memory of its own.
struct Pages<Element: BitwiseCopyable>: @unchecked Sendable {
    // @unchecked: a shared page is never written, because a writer first makes its page unique.
    static var pageSlots: Int { 256 }

    private final class Page {
        let base: UnsafeMutablePointer<Element>

        init(filledWith element: Element) {
            base = Self.allocate()
            base.initialize(repeating: element, count: Pages.pageSlots)
        }

        init(copying other: Page) {
            base = Self.allocate()
            base.initialize(from: other.base, count: Pages.pageSlots)
        }

        deinit { UnsafeMutableRawPointer(base).deallocate() }

        /// At the beginning of a cache line, so that slots of whole lines share none.
        private static func allocate() -> UnsafeMutablePointer<Element> {
            UnsafeMutableRawPointer.allocate(
                byteCount: Pages.pageSlots * MemoryLayout<Element>.stride, alignment: 64
            ).bindMemory(to: Element.self, capacity: Pages.pageSlots)
        }
    }

    /// A page, and of it what every reading asks for: the page itself need not be in the processor's caches.
    private struct Entry {
        var page: Page
        var base: UnsafeMutablePointer<Element>
        /// The last turn in which it was found to be nobody else's.
        var turn: Int64 = -1

        init(_ page: Page) { (self.page, base) = (page, page.base) }
    }

    private let blank: Page
    private var pages: [Entry] = []
    private(set) var count: Int32 = 0
    /// How often memory of slots was given back or moved: an address is good while this stays the same.
    private(set) var moves: UInt32 = 0

    init(blank element: Element) { blank = Page(filledWith: element) }

    /// Pages with memory of their own.
    var pagesInUse: Int { pages.count { $0.page !== blank } }

    mutating func append(_ element: Element) -> Int32 {
        if Int(count) == pages.count * Self.pageSlots { pages.append(Entry(blank)) }
        let index = count
        count += 1
        write(index)[0] = element
        return index
    }

    subscript(index: Int32) -> Element {
        get { read(index)[0] }
        set { write(index)[0] = newValue }
    }

    func read(_ index: Int32) -> UnsafePointer<Element> {
        precondition(index >= 0 && index < count, "slot out of range")
        return UnsafePointer(pages[Int(index) / Self.pageSlots].base + Int(index) % Self.pageSlots)
    }

    /// Whether the slot's page holds nothing: writing to it would give it memory.
    func isBlank(_ index: Int32) -> Bool { pages[Int(index) / Self.pageSlots].base == blank.base }

    /// Valid until the next append or copy.
    @inline(__always)
    mutating func write(_ index: Int32) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count, "slot out of range")
        let page = Int(index) / Self.pageSlots
        if !isKnownUniquelyReferenced(&pages[page].page) {
            pages[page] = Entry(Page(copying: pages[page].page))
            moves &+= 1
        }
        return pages[page].base + Int(index) % Self.pageSlots
    }

    /// As `write`, asking once a turn only whether the page is shared. Pages must not be copied within a turn and go on
    /// to be written in it; the engine's turns are records, between which alone it is copied.
    @inline(__always)
    mutating func write(_ index: Int32, in turn: Int64) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count, "slot out of range")
        let page = Int(index) / Self.pageSlots
        if pages[page].turn != turn {
            _ = write(index)
            pages[page].turn = turn
        }
        return pages[page].base + Int(index) % Self.pageSlots
    }

    /// Gives back the memory of a page whose slots all hold nothing.
    mutating func clear(page: Int) {
        pages[page] = Entry(blank)
        moves &+= 1
    }

    /// Drops slots from the end, or appends slots that hold nothing.
    mutating func resize(to slots: Int32) {
        let wanted = (Int(slots) + Self.pageSlots - 1) / Self.pageSlots
        if pages.count > wanted {
            pages.removeLast(pages.count - wanted)
            moves &+= 1
        }
        while pages.count < wanted { pages.append(Entry(blank)) }
        count = slots
    }
}
