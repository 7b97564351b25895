import AlertStore
import Messaging

final class Feed: Sendable {
    let endpoints: (String, String)? = ("", "")
    init(_ context: Context.Handle, store: AlertStore, path: String, feed: String, history: String) throws {}
    func run() throws {}
    func stop() {}
    func wake() {}
}
