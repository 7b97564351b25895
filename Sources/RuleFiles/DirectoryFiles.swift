import Engine
import Foundation
import StrictYAML

/// Reads the files of a directory that end in given suffixes: sorted by path, bounded, each failure a finding.
public enum DirectoryFiles {
    /// Most files of one kind: a city has some hundred rules.
    public static let maximumCount = 5000
    /// A domain's folder and one in it, with room; a ring of links ends here.
    public static let maximumDepth = 8

    public struct File: Sendable {
        /// Relative to the directory, with `/`.
        public var path: String
        public var bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Hidden files and those of editors (`.x`, `x~`) are passed over; links to files and folders are followed.
    public static func read(_ directory: String, suffixes: [String], findings: Findings) -> [File] {
        let root = URL(fileURLWithPath: directory).resolvingSymlinksInPath()
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isDirectory), isDirectory.boolValue else {
            let isFile = FileManager.default.fileExists(atPath: directory)
            let what = isFile ? "'\(directory)' is a file; name the directory" : "there is no directory '\(directory)'"
            report(directory, .fileUnreadable, what, findings)
            return []
        }
        var paths: [String] = []
        list("", depth: 0, under: root.path, suffixes, &paths, findings)
        guard paths.count <= maximumCount else {
            findings.add(
                Finding(
                    path: directory, code: RuleCode.tooManyFiles.rawValue,
                    message: "the directory has more than the \(maximumCount) files that are read",
                    suggestion: "remove what is no rule, or name a folder of it"))
            return []
        }
        return paths.sorted().compactMap { path in
            let place = root.appendingPathComponent(path).resolvingSymlinksInPath().path
            guard let size = size(ofRegularFile: place) else {
                report(path, .fileUnreadable, "this is no file that can be read", findings)
                return nil
            }
            guard size <= YAMLLimits.tables.bytes else {
                report(
                    path, .fileTooLarge, "the file has \(size) bytes, at most \(YAMLLimits.tables.bytes) are read",
                    findings)
                return nil
            }
            guard let data = FileManager.default.contents(atPath: place) else {
                report(path, .fileUnreadable, "the file cannot be read", findings)
                return nil
            }
            return File(path: path, bytes: Array(data))
        }
    }

    /// Files below a folder, by path. What cannot be looked into is told: its rules would seem to have been removed.
    private static func list(
        _ folder: String, depth: Int, under root: String, _ suffixes: [String], _ paths: inout [String],
        _ findings: Findings
    ) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder) else {
            return report(folder.isEmpty ? root : folder, .fileUnreadable, "the folder cannot be read", findings)
        }
        // Links may lead around in a ring.
        guard depth <= maximumDepth else {
            return report(folder, .fileUnreadable, "folders lie more than \(maximumDepth) deep", findings)
        }
        for name in names where !isHidden(name) && paths.count <= maximumCount {
            let path = folder.isEmpty ? name : folder + "/" + name
            var isDirectory: ObjCBool = false
            // A link to nothing may have been a folder of rules: they are not gone.
            if !FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory) {
                report(path, .fileUnreadable, "the link leads to nothing", findings)
            } else if isDirectory.boolValue {
                list(path, depth: depth + 1, under: root, suffixes, &paths, findings)
            } else if suffixes.contains(where: name.hasSuffix) {
                paths.append(path)
            } else if suffixes.contains(where: name.lowercased().hasSuffix) {
                report(path, .fileUnreadable, "the name must end in small letters to be read", findings)
            }
        }
    }

    /// nil for directories, pipes and links to nothing: a pipe would block the reader for ever.
    private static func size(ofRegularFile path: String) -> Int? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return (attributes[.size] as? NSNumber)?.intValue
    }

    /// Of hidden files and those of editors.
    public static func isHidden(_ name: String) -> Bool { name.hasPrefix(".") || name.hasSuffix("~") }

    private static func report(_ path: String, _ code: YAMLCode, _ message: String, _ findings: Findings) {
        let help =
            switch code {
            case .fileTooLarge: "split it into several files"
            default: "look at the path and its permissions"
            }
        findings.add(Finding(path: path, code: code.rawValue, message: message, suggestion: help))
    }
}
