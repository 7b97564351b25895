import CivilTime
import Foundation

/// Reads a compiled zone file (RFC 9636, version 2 block) into transitions.
enum ZoneFile {
    static func read(_ name: String) -> ZoneTable? {
        guard !name.contains(".."), let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name)
        else {
            return nil
        }
        let bytes = [UInt8](data)
        guard bytes.count > 44, bytes.starts(with: "TZif".utf8) else { return nil }
        func number(_ at: Int, _ width: Int) -> Int {
            var value = 0
            for byte in bytes[at..<(at + width)] { value = value << 8 | Int(byte) }
            return width == 4 ? Int(Int32(truncatingIfNeeded: value)) : value
        }
        func counts(_ at: Int) -> [Int] { (0..<6).map { number(at + 20 + $0 * 4, 4) } }
        let first = counts(0)
        let block = 44 + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0]
        let second = counts(block)
        let times = block + 44
        let kinds = times + second[3] * 8
        let infos = kinds + second[3]
        let transitions = (0..<second[3]).map { i in
            ZoneTable.Transition(
                from: number(times + i * 8, 8), offsetSeconds: number(infos + Int(bytes[kinds + i]) * 6, 4))
        }
        return ZoneTable(name: name, initialOffsetSeconds: number(infos, 4), transitions: transitions)
    }
}
