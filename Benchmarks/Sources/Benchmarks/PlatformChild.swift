import Foundation
import Logging
import Platform

/// The other process: `fenghuo run` on embedded settings, until its standard input ends.
enum PlatformChild {
    static func run(_ directory: String, snapshotSeconds: Int) throws {
        var configuration = Configuration()
        configuration.snapshotEvery = .seconds(Int64(snapshotSeconds))
        configuration.data = directory + "/data"
        configuration.rules = directory + "/rules"
        configuration.metrics = directory + "/metrics.yml"
        configuration.registry = directory + "/registry"
        try FileManager.default.createDirectory(atPath: configuration.registry, withIntermediateDirectories: true)
        for endpoint in [\Configuration.ingest, \.feed, \.history, \.control] {
            configuration[keyPath: endpoint] = "tcp://127.0.0.1:*"
        }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: "fenghuo")
        log.logLevel = .warning
        let platform = try Platform(configuration, log: log)
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            platform.stop()
        }
        try platform.run { endpoints in
            let line = "\(endpoints.ingest) \(endpoints.control) \(endpoints.feed)\n"
            FileHandle.standardOutput.write(Data(line.utf8))
        }
    }
}
