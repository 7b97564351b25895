import Events
import Messaging

/// Hands elements from one thread to another; the giver waits while the queue is full.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let capacity: Int
    private let state = Monitor(State())

    init(capacity: Int) { self.capacity = capacity }

    /// False once the queue is closed; the element was not taken.
    func push(_ element: Element) -> Bool {
        let isTaken = state.wait { [capacity] state -> Bool? in
            guard !state.isClosed else { return false }
            guard state.elements.count < capacity else { return nil }
            state.elements.append(element)
            return true
        }
        return isTaken ?? false
    }

    /// Everything queued; waits so long for at least one element; nil once closed and empty.
    func take(within time: TimeSpan) -> [Element]? {
        let taken = state.wait(for: .microseconds(time.microseconds)) { state -> [Element]? in
            guard !state.elements.isEmpty || state.isClosed else { return nil }
            defer { state.elements.removeAll(keepingCapacity: true) }
            return state.elements
        }
        guard let taken else { return [] }
        return taken.isEmpty ? nil : taken
    }

    func close() { state.change { $0.isClosed = true } }

    var count: Int { state.withLock { $0.elements.count } }
}
