import Events

/// The sources that feed one key, the one heard last first: its timers wait for the slowest of them.
///
/// A subject has a gateway or two; of an area's many, the four heard last stand for all.
struct KeySources: BitwiseCopyable {
    private var list: (Int32, Int32, Int32, Int32) = (-1, -1, -1, -1)

    /// −1 where none was heard.
    var newest: Int32 { list.0 }
    var areSeveral: Bool { list.1 >= 0 }

    /// One more than the bound pushes out the one that was silent longest: that is returned, else −1.
    @discardableResult
    mutating func heard(_ source: Int32) -> Int32 {
        guard source != list.0 else { return -1 }
        let last = list.3
        if source == list.1 {
            (list.0, list.1) = (source, list.0)
        } else if source == list.2 {
            (list.0, list.1, list.2) = (source, list.0, list.1)
        } else {
            list = (source, list.0, list.1, list.2)
            return last == source ? -1 : last
        }
        return -1
    }

    func visit(_ body: (Int32) -> Void) {
        if list.0 >= 0 { body(list.0) }
        if list.1 >= 0 { body(list.1) }
        if list.2 >= 0 { body(list.2) }
        if list.3 >= 0 { body(list.3) }
    }

    func write(to out: inout ByteWriter) {
        for source in [list.0, list.1, list.2, list.3] { out.put(source) }
    }

    init() {}

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        list = (try r.get(), try r.get(), try r.get(), try r.get())
    }

    /// Whether these are sources among so many, none of them twice.
    func isSound(among count: Int) -> Bool {
        let all = [list.0, list.1, list.2, list.3]
        let heard = all.filter { $0 >= 0 }
        return all.starts(with: heard) && Set(heard).count == heard.count && heard.allSatisfy { Int($0) < count }
    }
}
