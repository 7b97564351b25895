import Testing

@testable import Engine

/// Whoever holds an address of a slot looks at `moves` before using it.
struct PagesTests {
    private static func pages(_ slots: Int32) -> Pages<Int64> {
        var pages = Pages<Int64>(blank: -1)
        for slot in 0..<slots { #expect(pages.append(Int64(slot)) == slot) }
        return pages
    }

    @Test func `addresses stay while slots are written and a page fills`() {
        var pages = Self.pages(300)
        let (address, moves) = (pages.write(7, in: 1), pages.moves)
        for slot in 300..<512 { #expect(pages.append(Int64(slot)) == slot) }
        pages[7] = 70
        #expect(pages.moves == moves)
        #expect(pages.write(7, in: 1) == address && address[0] == 70)
    }

    @Test func `what moves or gives back slots is told`() {
        var pages = Self.pages(600)
        var moves = pages.moves
        func moved() -> Bool {
            defer { moves = pages.moves }
            return pages.moves != moves
        }
        #expect(!pages.isBlank(7))
        pages.clear(page: 0)
        #expect(moved())
        #expect(pages.isBlank(7) && !pages.isBlank(256))
        pages.resize(to: 256)
        #expect(moved())
        pages.resize(to: 1024)
        #expect(!moved(), "room was added at the end")
        let copy = pages
        _ = pages.write(3, in: 5)
        #expect(moved(), "the page is shared and was copied")
        _ = pages.write(3, in: 5)
        #expect(!moved())
        #expect(copy[3] == pages[3])
    }

    @Test func `a page shared since the turn before is copied in the next`() {
        var pages = Self.pages(10)
        pages.write(1, in: 1)[0] = 10
        let copy = pages
        pages.write(1, in: 2)[0] = 20
        #expect(copy[1] == 10 && pages[1] == 20)
    }
}
