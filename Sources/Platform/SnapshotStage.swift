import CMalloc
import Engine
import Messaging

/// The thread that encodes and writes snapshots, so that the stream does not wait for it: one at a time, the rest of memory's
/// bound being what the engine changes meanwhile.
final class SnapshotStage: Sendable {
    /// What must have succeeded before a snapshot is written; a failure ends the stage.
    typealias Preparation = @Sendable () throws -> Void

    private enum State {
        case idle
        case waiting(SetAside, Preparation)
        case writing
        case closed
    }

    private let files: SnapshotFiles
    private let complaints: Complaints
    private let state = Monitor(State.idle)
    /// Bytes of the largest snapshot after which the heap gives back what is free.
    private static let trimmedBytes = 100 << 20

    init(_ files: SnapshotFiles, complaints: Complaints) {
        self.files = files
        self.complaints = complaints
    }

    /// Whether nothing waits or is being written.
    var isIdle: Bool { state.withLock { if case .idle = $0 { true } else { false } } }

    /// Takes a state over; one that comes while another is written is left out, and the next is due all the sooner.
    func offer(_ setAside: SetAside, after preparation: @escaping Preparation = {}) {
        state.change { if case .idle = $0 { $0 = .waiting(setAside, preparation) } }
    }

    /// Writes what is offered until closed, or until a preparation fails.
    func run() throws {
        // Who closes must not wait for what nobody writes any more.
        defer { state.change { $0 = .closed } }
        while let bytes = try writeNext() { Self.trim(after: bytes) }
    }

    /// Pages that the engine has copied while a snapshot was written were freed in the heap of whichever thread had made them, where the
    /// next ones need not come from. Handing them back takes up to half a millisecond a megabyte, in which others wait for memory: that of
    /// more keys stays for the next snapshot.
    private static func trim(after bytes: Int) {
        if 1...trimmedBytes ~= bytes { malloc_trim(0) }
    }

    /// Bytes of what was written, 0 where it could not be; nil once closed.
    private func writeNext() throws -> Int? {
        let next = state.wait { (state) -> (SetAside, Preparation)?? in
            switch state {
            case .idle, .writing: return nil
            case .closed: return .some(nil)
            case .waiting(let setAside, let preparation):
                state = .writing
                return (setAside, preparation)
            }
        }
        guard let (setAside, preparation) = next ?? nil else { return nil }
        let bytes = try write(setAside, after: preparation)
        state.change { if case .writing = $0 { $0 = .idle } }
        return bytes
    }

    /// A snapshot that cannot be written only makes the next start longer.
    @discardableResult
    func write(_ setAside: borrowing SetAside, after preparation: Preparation = {}) throws -> Int {
        try preparation()
        var bytes = 0
        complaints.attempt("snapshot") { bytes = try files.write(setAside, nextPosition: setAside.nextPosition) }
        return bytes
    }

    /// Waits until nothing is written any more, and takes nothing more.
    func close() {
        _ = state.wait { (state) -> Void? in
            switch state {
            case .waiting, .writing: return nil
            case .idle, .closed:
                state = .closed
                return ()
            }
        }
    }
}
