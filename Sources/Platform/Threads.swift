import Foundation
import Messaging

/// The platform's threads by name; the first failure of any of them is kept and announced.
final class Threads: @unchecked Sendable {
    // @unchecked: every field is read and written under `condition`.
    private let condition = NSCondition()
    private var running: Set<String> = []
    private var first: String?
    private let onFailure: @Sendable () -> Void

    init(onFailure: @escaping @Sendable () -> Void) { self.onFailure = onFailure }

    /// Starts a detached thread that tells when it has ended.
    func start(_ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
        locked { _ = running.insert(name) }
        let thread = Thread { [self] in
            do {
                try body()
                ended(name, nil)
            } catch {
                ended(name, "\(name): \(error)")
            }
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Waits until the thread has ended.
    func join(_ name: String) { locked { while running.contains(name) { condition.wait() } } }

    var failure: String? { locked { first } }

    /// A moment, or until a thread ends.
    func waitBriefly() { locked { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.01)) } }

    private func ended(_ name: String, _ failure: String?) {
        locked {
            running.remove(name)
            if first == nil { first = failure }
            condition.broadcast()
        }
        if failure != nil { onFailure() }
    }

    private func locked<T>(_ body: () -> T) -> T {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }
}
