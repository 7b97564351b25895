import Foundation
import Messaging

/// The platform's threads by name; the first failure of any of them is kept and announced.
final class Threads: Sendable {
    private struct State {
        var running: Set<String> = []
        var first: String?
    }

    private let state = Monitor(State())
    private let onFailure: @Sendable () -> Void

    init(onFailure: @escaping @Sendable () -> Void) { self.onFailure = onFailure }

    /// Starts a detached thread that tells when it has ended.
    func start(_ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
        state.withLock { _ = $0.running.insert(name) }
        let thread = Thread { [self] in
            // The system shows it only where the thread itself says it.
            Thread.current.name = name
            do {
                try body()
                ended(name, nil)
            } catch {
                ended(name, "\(name): \(error)")
            }
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Waits until the thread has ended.
    func join(_ name: String) { _ = state.wait { $0.running.contains(name) ? nil : () } }

    var failure: String? { state.withLock { $0.first } }

    /// A moment, or until a thread fails.
    func waitBriefly() { _ = state.wait(for: .milliseconds(10)) { $0.first == nil ? nil : () } }

    private func ended(_ name: String, _ failure: String?) {
        state.change { state in
            state.running.remove(name)
            if state.first == nil { state.first = failure }
        }
        if failure != nil { onFailure() }
    }
}
