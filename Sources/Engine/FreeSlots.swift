/// Slots to use again, the lowest first, so that keys gather in few pages and the rest can be given back.
struct FreeSlots: Sendable {
    /// A binary min-heap.
    private var heap: [Int32] = []

    var count: Int { heap.count }

    init() {}

    /// Of slots in ascending order.
    init(ascending slots: [Int32]) { heap = slots }

    mutating func insert(_ slot: Int32) {
        heap.append(slot)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popLowest() -> Int32? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { return first }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return first }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    /// Forgets the slots from `end` on.
    mutating func shrink(to end: Int32) { heap = heap.filter { $0 < end }.sorted() }
}
