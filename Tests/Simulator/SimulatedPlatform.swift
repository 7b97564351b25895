import CSimulation
import Logging
import Platform

/// The platform in a process: every stage and thread of the product, on the simulated machine.
final class SimulatedPlatform: @unchecked Sendable {
    let configuration: Configuration
    private let log: Logger
    private var process: Int32 = 0
    private var platform: Platform?
    private(set) var isReady = false
    /// Asked to stop since it was started.
    private(set) var isStopping = false
    private(set) var starts = 0
    /// Why it ended by itself; nil while it runs and after a stop as asked.
    private(set) var failure: String?

    init(_ configuration: Configuration, log: Logger) {
        self.configuration = configuration
        self.log = log
    }

    var isRunning: Bool { sim_is_running(process) }

    func start() {
        precondition(!isRunning)
        (isReady, isStopping, failure) = (false, false, nil)
        starts += 1
        process = Machine.spawn { self.run() }
    }

    private func run() {
        do {
            let platform = try Platform(configuration, log: log)
            self.platform = platform
            try platform.run { _ in self.isReady = true }
        } catch {
            failure = "\(error)"
        }
        platform = nil
    }

    func kill() { sim_kill(process) }

    func stallThread(_ name: String? = nil, seconds: Double) { sim_stall_thread(process, name, Int64(seconds * 1e6)) }

    /// Stops it as SIGTERM does; false where it has not ended within two minutes.
    func stop() -> Bool {
        isStopping = true
        platform?.stop()
        for _ in 0..<1200 {
            guard isRunning else { return true }
            Machine.sleep(seconds: 0.1)
        }
        return !isRunning
    }
}
