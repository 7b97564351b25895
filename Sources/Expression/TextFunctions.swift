/// String functions; positions count code points.
enum TextFunctions {
    typealias Code = EvaluationError.Code

    static func call(_ builtin: Builtin, _ arguments: [Value], budget: inout Int) throws(Code) -> Value {
        guard let first = arguments.first, case .string(let text) = first else { throw .noSuchOverload }
        switch builtin {
        case .lowerAscii: return .string(mapASCII(text, from: UInt8(ascii: "A")))
        case .upperAscii: return .string(mapASCII(text, from: UInt8(ascii: "a")))
        case .trim: return .string(trim(text))
        case .reverse: return .string(string(text.unicodeScalars.reversed()))
        case .quote: return .string(quote(text))
        case .charAt, .substring: return try slice(builtin, text, try numbers(arguments.dropFirst()))
        default: break
        }
        guard arguments.count >= 2, case .string(let other) = arguments[1] else { throw .noSuchOverload }
        switch (builtin, arguments.count) {
        case (.contains, 2):
            guard !other.isEmpty else { return .bool(true) }
            let found = Text.occurrences(of: Array(other.utf8), in: Array(text.utf8), overlapping: true, limit: 1)
            return .bool(!found.isEmpty)
        case (.startsWith, 2): return .bool(text.utf8.starts(with: other.utf8))
        case (.endsWith, 2): return .bool(text.utf8.reversed().starts(with: other.utf8.reversed()))
        case (.indexOf, 2...3), (.lastIndexOf, 2...3):
            let position = try numbers(arguments.dropFirst(2)).first
            return .int(Int64(try search(text, other, position, last: builtin == .lastIndexOf)))
        case (.split, 2...3): return try split(text, other, try numbers(arguments.dropFirst(2)).first, &budget)
        case (.replace, 3...4):
            guard case .string(let new) = arguments[2] else { throw .noSuchOverload }
            return try replace(text, other, new, try numbers(arguments.dropFirst(3)).first, &budget)
        default: throw .noSuchOverload
        }
    }

    private static func numbers(_ arguments: ArraySlice<Value>) throws(Code) -> [Int] {
        var numbers: [Int] = []
        for argument in arguments {
            guard case .int(let number) = argument else { throw .noSuchOverload }
            numbers.append(Int(number))
        }
        return numbers
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func mapASCII(_ text: String, from first: UInt8) -> String {
        Text.string(text.utf8.map { $0 &- first < 26 ? $0 ^ 0x20 : $0 })
    }

    private static func slice(_ builtin: Builtin, _ text: String, _ numbers: [Int]) throws(Code) -> Value {
        let scalars = Array(text.unicodeScalars)
        switch (builtin, numbers.count) {
        case (.charAt, 1):
            guard (0...scalars.count).contains(numbers[0]) else { throw .indexOutOfBounds }
            return .string(string(scalars[numbers[0]..<min(scalars.count, numbers[0] + 1)]))
        case (.substring, 1...2):
            let end = numbers.count == 2 ? numbers[1] : scalars.count
            guard numbers[0] >= 0, numbers[0] <= end, end <= scalars.count else { throw .indexOutOfBounds }
            return .string(string(scalars[numbers[0]..<end]))
        default: throw .noSuchOverload
        }
    }

    private static func search(_ text: String, _ needle: String, _ from: Int?, last: Bool) throws(Code) -> Int {
        let bytes = Array(text.utf8)
        // starts[i] is the byte where code point i starts.
        let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
        let count = starts.count - 1
        let from = from ?? (last ? count : 0)
        guard (0...count).contains(from) else { throw .indexOutOfBounds }
        if needle.isEmpty { return from }
        let found = Text.occurrences(of: Array(needle.utf8), in: bytes, overlapping: true)
        let limit = starts[from]
        guard let byte = last ? found.last(where: { $0 <= limit }) : found.first(where: { $0 >= limit }) else {
            return -1
        }
        return starts.partitionIndex { $0 >= byte }
    }

    private static func split(
        _ text: String, _ separator: String, _ limit: Int?, _ budget: inout Int
    ) throws(Code) -> Value {
        let limit = limit ?? -1
        if limit == 0 { return .list([]) }
        if limit == 1 { return .list([.string(text)]) }
        let cuts = limit < 0 ? Int.max : limit - 1
        let bytes = Array(text.utf8)
        var parts: [Value] = []
        var start = 0
        let width = separator.utf8.count
        for cut in boundaries(bytes, separator, limit: cuts) {
            budget -= 1
            if budget < 0 { throw .costExceeded }
            parts.append(.string(Text.string(bytes[start..<cut])))
            start = cut + width
        }
        if width > 0 || start < bytes.count { parts.append(.string(Text.string(bytes[start...]))) }
        return .list(parts)
    }

    /// Where a separator starts; between any two code points when it is empty.
    private static func boundaries(_ bytes: [UInt8], _ separator: String, limit: Int) -> [Int] {
        guard separator.isEmpty else {
            return Text.occurrences(of: Array(separator.utf8), in: bytes, overlapping: false, limit: limit)
        }
        return Array(bytes.indices.lazy.filter { $0 > 0 && bytes[$0] & 0xC0 != 0x80 }.prefix(limit))
    }

    private static func replace(
        _ text: String, _ old: String, _ new: String, _ limit: Int?, _ budget: inout Int
    ) throws(Code) -> Value {
        let limit = limit.map { $0 < 0 ? Int.max : $0 } ?? .max
        if limit == 0 { return .string(text) }
        let bytes = Array(text.utf8)
        var places = boundaries(bytes, old, limit: limit)
        if old.isEmpty {
            if !bytes.isEmpty { places.insert(0, at: 0) }
            places = Array((places + [bytes.count]).prefix(limit))
        }
        budget -= places.count + (places.count * new.utf8.count) / Evaluator.bytesPerStep
        if budget < 0 { throw .costExceeded }
        var out: [UInt8] = []
        var start = 0
        for place in places {
            out.append(contentsOf: bytes[start..<place])
            out.append(contentsOf: new.utf8)
            start = place + old.utf8.count
        }
        out.append(contentsOf: bytes[start...])
        return .string(Text.string(out))
    }

    private static func trim(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    private static func quote(_ text: String) -> String {
        var out = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": out.append(contentsOf: "\\a".unicodeScalars)
            case "\u{08}": out.append(contentsOf: "\\b".unicodeScalars)
            case "\u{0C}": out.append(contentsOf: "\\f".unicodeScalars)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            case "\r": out.append(contentsOf: "\\r".unicodeScalars)
            case "\t": out.append(contentsOf: "\\t".unicodeScalars)
            case "\u{0B}": out.append(contentsOf: "\\v".unicodeScalars)
            case "\\": out.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": out.append(contentsOf: "\\\"".unicodeScalars)
            default: out.append(scalar)
            }
        }
        out.append("\"")
        return String(out)
    }
}

extension Array {
    /// The first index whose element holds; elements that hold come after those that do not.
    fileprivate func partitionIndex(_ holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
