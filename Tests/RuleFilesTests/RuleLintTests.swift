import Foundation
import RuleFiles
import Testing

struct RuleLintTests {
    /// Of this thread, so that what else runs does not count.
    private func seconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    @Test func `four times as many rules take about four times as long, not sixteen`() {
        func files(_ count: Int) -> [DirectoryFiles.File] {
            (0..<count).map { number in
                let text = """
                    id: r\(number)
                    title: {zh: 甲, en: A}
                    domain: gas
                    input: {type: reading, metric: gas.lel, unit: "%LEL"}
                    value: value
                    levels: {red: {at: \(Double(number + 1) / 100)}}
                    """
                return .init(path: "gas/r\(number).yml", bytes: Array(text.utf8))
            }
        }
        func check(_ count: Int) -> Double {
            let rules = files(count)
            return seconds { #expect(!RuleDirectory.lint(files: rules, metrics: catalogue()).hasErrors) }
        }
        _ = check(10)
        #expect(check(1600) < 8 * check(400))
    }
}
