import Foundation

/// The rules that the city runs on: the files of the repository, in variants that an operator might write.
struct RuleFolder {
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    let path: String

    init(_ path: String) throws {
        self.path = path
        try FileManager.default.copyItem(atPath: Self.repository + "/Tests/Simulator/rules", toPath: path)
    }

    /// 0: as they are; 1: another threshold; 2: another hold; 3: a mistake.
    func write(variant: Int) throws {
        let name = variant == 1 ? "gas-now" : "gas-held"
        for reset in ["gas-now", "gas-held"] { try write(reset) { $0 } }
        switch variant {
        case 1: try write(name) { $0.replacingOccurrences(of: "at: 20, clear: 15", with: "at: 30, clear: 12") }
        case 2: try write(name) { $0.replacingOccurrences(of: "for: 10s", with: "for: 25s") }
        case 3: try write(name) { $0.replacingOccurrences(of: "levels:", with: "levells:") }
        default: break
        }
    }

    private func write(_ name: String, _ change: (String) -> String) throws {
        let file = "gas/\(name).yml"
        let text = try String(contentsOfFile: Self.repository + "/Tests/Simulator/rules/" + file, encoding: .utf8)
        try Data(change(text).utf8).write(to: URL(fileURLWithPath: path + "/" + file), options: .atomic)
    }
}
