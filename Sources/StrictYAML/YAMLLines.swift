/// The lines of a text as the YAML parser counts them: ended by LF, CR, CR LF, NEL, LS or PS; always at least one.
func yamlLines<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> [Bytes.SubSequence] {
    var lines: [Bytes.SubSequence] = []
    var (start, at) = (bytes.startIndex, bytes.startIndex)
    func byte(_ index: Bytes.Index) -> UInt8 { index < bytes.endIndex ? bytes[index] : 0 }
    while at < bytes.endIndex {
        let second = bytes.index(after: at)
        var next = second
        let isBreak: Bool
        switch (bytes[at], byte(second)) {
        case (0x0D, 0x0A), (0xC2, 0x85): (isBreak, next) = (true, bytes.index(after: second))
        case (0x0A, _), (0x0D, _): isBreak = true
        case (0xE2, 0x80):
            let third = bytes.index(after: second)
            isBreak = byte(third) == 0xA8 || byte(third) == 0xA9
            if isBreak { next = bytes.index(after: third) }
        default: isBreak = false
        }
        if isBreak {
            lines.append(bytes[start..<at])
            start = next
        }
        at = next
    }
    lines.append(bytes[start..<at])
    return lines
}
