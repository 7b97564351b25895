import Events
import Messaging

/// Hands elements from one thread to another; the giver waits while the queue is full.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var weight = 0
        var isClosed = false
    }

    private let capacity: Int
    private let maximumWeight: Int
    private let weight: @Sendable (Element) -> Int
    private let state = Monitor(State())

    /// - Parameters:
    ///   - capacity: most elements.
    ///   - maximumWeight: of all elements together; a single one may have more.
    init(
        capacity: Int, maximumWeight: Int = .max, weight: @escaping @Sendable (Element) -> Int = { _ in 0 }
    ) {
        self.capacity = capacity
        self.maximumWeight = maximumWeight
        self.weight = weight
    }

    /// False once the queue is closed; the element was not taken.
    func push(_ element: Element) -> Bool {
        let weight = weight(element)
        let isTaken = state.wait { [capacity, maximumWeight] state -> Bool? in
            guard !state.isClosed else { return false }
            guard state.elements.isEmpty || (state.elements.count < capacity && state.weight + weight <= maximumWeight)
            else { return nil }
            state.elements.append(element)
            state.weight += weight
            return true
        }
        return isTaken ?? false
    }

    /// Everything queued; waits so long for at least one element; nil once closed and empty.
    func take(within time: TimeSpan) -> [Element]? {
        let taken = state.wait(for: .microseconds(time.microseconds)) { state -> [Element]? in
            guard !state.elements.isEmpty || state.isClosed else { return nil }
            defer { (state.elements, state.weight) = ([], 0) }
            return state.elements
        }
        guard let taken else { return [] }
        return taken.isEmpty ? nil : taken
    }

    func close() { state.change { $0.isClosed = true } }

    var count: Int { state.withLock { $0.elements.count } }
}
