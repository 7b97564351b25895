import GRDB

/// A read-only connection to an alert store; any number of them beside the one writer.
public final class AlertReader: Sendable {
    public let path: String
    let queue: DatabaseQueue

    public init(path: String) throws(StoreError) {
        self.path = path
        queue = try onFile(path, "opening") {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(StoreBounds.busySeconds)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let found = try queue.read { try StoreSchema.check($0, path: path) }
            guard found == StoreSchema.version else { throw StoreError.olderSchema(path: path, version: found) }
            return queue
        }
    }

    func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        try onFile(path, "reading") { try queue.read(body) }
    }
}
