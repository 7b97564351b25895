/// Plain values in memory of their own, at most so many: to append one is a store, without an array's look at who else holds it.
struct FixedList<Element: BitwiseCopyable>: ~Copyable {
    private let start: UnsafeMutablePointer<Element>
    private let capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        start = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { start.deallocate() }

    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }
    var room: Int { capacity - count }

    @inline(__always) subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return start[index]
        }
        set {
            precondition(index >= 0 && index < count)
            start[index] = newValue
        }
    }

    @inline(__always) mutating func append(_ element: Element) {
        precondition(count < capacity)
        start[count] = element
        count &+= 1
    }

    mutating func append(contentsOf bytes: UnsafeRawBufferPointer) where Element == UInt8 {
        precondition(bytes.count <= capacity - count)
        UnsafeMutableRawBufferPointer(start: start + count, count: bytes.count).copyMemory(from: bytes)
        count &+= bytes.count
    }

    /// As another one of the same capacity.
    mutating func set(_ other: borrowing Self) {
        precondition(other.count <= capacity)
        start.update(from: other.start, count: other.count)
        count = other.count
    }

    mutating func removeAll() { count = 0 }

    mutating func move(into array: inout [Element]) {
        array.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
        count = 0
    }
}
