/// A department's record with the strings that stand in for absent attributes, at fixed addresses.
final class DepartmentTexts {
    let record: Department
    let defaultSource: Text
    let reading: Text
    let report: Text
    private let memory: UnsafeMutableRawBufferPointer

    init(_ record: Department) {
        self.record = record
        let strings = [record.defaultSource, "reading", "report"].map { Array($0.utf8) }
        memory = .allocate(byteCount: strings.reduce(0) { $0 + $1.count + 16 }, alignment: 8)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        var at = 0
        var texts: [Text] = []
        for string in strings {
            UnsafeMutableRawBufferPointer(rebasing: memory[at..<(at + string.count)]).copyBytes(from: string)
            texts.append(Text(start: UnsafeRawPointer(memory.baseAddress! + at), count: string.count))
            at += string.count + 16
        }
        (defaultSource, reading, report) = (texts[0], texts[1], texts[2])
    }

    deinit { memory.deallocate() }
}
