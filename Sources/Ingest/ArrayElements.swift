/// Finds the bytes of an array's elements in a document that has been parsed, walking forward as far as it is asked.
///
/// The parser's tape keeps no places in the text; only elements that are refused are looked for.
struct ArrayElements {
    private let document: UnsafeRawBufferPointer
    private var at = 0
    /// Of the element that begins at `at` or behind the white space there.
    private var index = 0

    /// `document` is an array, or begins as one: of what is no JSON the elements are guessed.
    init(_ document: UnsafeRawBufferPointer) {
        self.document = document
        at = (document.firstIndex(of: UInt8(ascii: "[")) ?? document.count) + 1
    }

    /// The element's bytes without the white space around it; asked for in ascending order. Empty beyond the end.
    mutating func element(_ wanted: Int) -> UnsafeRawBufferPointer {
        precondition(wanted >= index, "elements are looked for in order")
        while index < wanted, at < document.count {
            at = end(from: at) + 1
            index += 1
        }
        let start = document[min(at, document.count)...].firstIndex { !Self.isSpace($0) } ?? document.count
        var stop = end(from: start)
        while stop > start, Self.isSpace(document[stop - 1]) { stop -= 1 }
        return UnsafeRawBufferPointer(rebasing: document[start..<stop])
    }

    /// Where the comma or bracket after an element is.
    private func end(from start: Int) -> Int {
        var depth = 0
        var place = start
        while place < document.count {
            switch document[place] {
            case UInt8(ascii: "\""): place = closingQuote(after: place)
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ","): if depth == 0 { return place }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard depth > 0 else { return place }
                depth -= 1
            default: break
            }
            place += 1
        }
        return document.count
    }

    private func closingQuote(after open: Int) -> Int {
        var place = open + 1
        while place < document.count, document[place] != UInt8(ascii: "\"") {
            place += document[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return place
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
