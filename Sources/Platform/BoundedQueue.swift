import Foundation

/// Hands elements from one thread to another; the giver waits while the queue is full.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    // @unchecked: every field is read and written under `condition`.
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    private var isClosed = false

    init(capacity: Int) { self.capacity = capacity }

    /// False once the queue is closed; the element was not taken.
    func push(_ element: Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= capacity, !isClosed { condition.wait() }
        guard !isClosed else { return false }
        elements.append(element)
        condition.broadcast()
        return true
    }

    /// Everything queued; waits for at least one element until the date; nil once closed and empty.
    func take(until deadline: Date) -> [Element]? {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty, !isClosed { if !condition.wait(until: deadline) { break } }
        if elements.isEmpty { return isClosed ? nil : [] }
        let taken = elements
        elements.removeAll(keepingCapacity: true)
        condition.broadcast()
        return taken
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return elements.count
    }
}
