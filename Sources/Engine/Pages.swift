/// An array of plain slots in fixed pages addressed by Int32; copying it shares pages until one is written.
///
/// So a snapshot is a copy of the page list, serialised elsewhere while the engine goes on writing.
struct Pages<Element: BitwiseCopyable>: @unchecked Sendable {
    // @unchecked: a shared page is never written, because a writer first makes its page unique.
    static var pageSlots: Int { 256 }

    private final class Page {
        let base: UnsafeMutablePointer<Element>

        init(filledWith element: Element) {
            base = .allocate(capacity: Pages.pageSlots)
            base.initialize(repeating: element, count: Pages.pageSlots)
        }

        init(copying other: Page) {
            base = .allocate(capacity: Pages.pageSlots)
            base.initialize(from: other.base, count: Pages.pageSlots)
        }

        deinit { base.deallocate() }
    }

    private var pages: [Page] = []
    private(set) var count: Int32 = 0

    mutating func append(_ element: Element) -> Int32 {
        if Int(count) == pages.count * Self.pageSlots { pages.append(Page(filledWith: element)) }
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

    /// Valid until the next append or copy.
    mutating func write(_ index: Int32) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count, "slot out of range")
        let page = Int(index) / Self.pageSlots
        if !isKnownUniquelyReferenced(&pages[page]) { pages[page] = Page(copying: pages[page]) }
        return pages[page].base + Int(index) % Self.pageSlots
    }
}
