import Client
import Engine
import Events
import Foundation
import Ingest
import Platform

extension Replay {
    /// A file of NDJSON, a thousand lines at a time; where it `tells`, standard error names every refused event and skipped line. Gives
    /// how many there were.
    @discardableResult
    mutating func run(
        file path: String, department: Department, tells: Bool = true,
        batch: (EventBatch, Engine) throws -> Void = { _, _ in }, each: ([Decision]) -> Void = { _ in }
    ) throws -> Int {
        func tell(_ text: String) { if tells { FileHandle.standardError.write(Data((text + "\n").utf8)) } }
        var lines = try NDJSONFile(path: path, readsTimes: false)
        var (count, refused) = (0, 0)
        var buffer: [UInt8] = []
        var numbers: [Int] = []
        let progress = ProgressLine(pause: 10)
        try run(
            department: department,
            chunks: {
                buffer.removeAll(keepingCapacity: true)
                numbers.removeAll(keepingCapacity: true)
                while numbers.count < 1000, buffer.count < Limits.messageBytes, try lines.nextLine(into: &buffer) != nil
                {
                    numbers.append(lines.line)
                }
                count += numbers.count
                progress.show("\(count) lines")
                return buffer.isEmpty ? nil : buffer
            },
            refused: { finding in
                refused += 1
                let place = "\(path):\(numbers[finding.index])"
                tell("\(place): refused \(finding.id ?? "-"): \(finding.code.rawValue), \(finding.en)")
            }, batch: batch, each: each)
        progress.end()
        lines.skipped.report(of: path).forEach(tell)
        return refused + lines.skipped.count
    }
}
