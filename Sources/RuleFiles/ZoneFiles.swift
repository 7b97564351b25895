import CivilTime
import Engine
import Foundation
import StrictYAML

/// The named time zones of the machine, read once into a rule set: from there on the journal carries them.
struct ZoneFiles {
    static let system = ZoneFiles(directory: "/usr/share/zoneinfo")

    let directory: String

    /// nil where the machine has no such zone.
    func table(_ name: String) -> ZoneTable? {
        let isName = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "/_+-".utf8.contains($0)
        }
        guard isName, !name.isEmpty, !name.hasPrefix("/"),
            let bytes = FileManager.default.contents(atPath: directory + "/" + name)
        else { return nil }
        return ZoneTable(name: name, file: [UInt8](bytes))
    }

    /// Of every zone that rules without errors name.
    func tables(for rules: [Rule]) -> [ZoneTable] {
        Set(rules.flatMap(\.zoneNames)).sorted().map { name in
            guard let table = table(name) else { preconditionFailure("a rule was read whose zone is unknown: \(name)") }
            return table
        }
    }

    /// What is wrong with a zone's name and what to write; nil where there is such a zone.
    func flaw(of name: String) -> (message: String, help: String)? {
        guard table(name) == nil else { return nil }
        guard table(Rule.Calendar.defaultZone) != nil else {
            return ("this machine has no time zones in \(directory)", "install the package tzdata")
        }
        return ("there is no time zone '\(name)'", suggestion(for: name))
    }

    private func suggestion(for name: String) -> String {
        let small = name.lowercased()
        // All of China keeps one time, and no zone is named for its capital.
        if ["beijing", "china", "peking", "北京"].contains(where: small.contains) {
            return "write '\(Rule.Calendar.defaultZone)'"
        }
        let names = names
        let near = names.first { $0.lowercased().hasSuffix("/" + small) } ?? closest(to: name, among: names)
        return near.map { "did you mean '\($0)'?" } ?? "write it like \(Rule.Calendar.defaultZone)"
    }

    /// Continent/City, sorted.
    private var names: [String] {
        guard let all = FileManager.default.enumerator(atPath: directory) else { return [] }
        return all.compactMap { $0 as? String }
            .filter { $0.contains("/") && !$0.hasPrefix("posix/") && !$0.hasPrefix("right/") && table($0) != nil }
            .sorted()
    }
}
