import CivilTime
import Foundation

/// The zones that the conformance tests name, from the system's files.
enum ZoneFile {
    static func read(_ name: String) -> ZoneTable? {
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name).flatMap {
            ZoneTable(name: name, file: [UInt8]($0))
        }
    }
}
