import Foundation
import Testing

/// What departments and operators read is there in English and in Chinese, and both say the same.
struct PagePairTests {
    private static let pages = ["README", "docs/operations", "docs/wire", "docs/feed", "docs/rules"]

    /// A page in parts that do not depend on its language.
    private struct Page {
        let text: String
        let samples: [String]
        /// What stands between headings, without samples.
        let sections: [String]

        init(_ path: String) throws {
            text = try String(contentsOf: TidyTests.root.appendingPathComponent(path), encoding: .utf8)
            let parts = text.components(separatedBy: "```").enumerated()
            samples = parts.filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
            sections = parts.filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined()
                .components(separatedBy: "\n## ")
        }

        /// The first cell of each row.
        static func rows(_ section: String) -> [String] {
            section.split(separator: "\n").filter { $0.hasPrefix("|") }
                .map { ($0.split(separator: "|").first ?? "").trimmingCharacters(in: .whitespaces) }
        }

        static func code(_ text: String) -> Set<String> {
            Set(
                text.components(separatedBy: "`").enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element))
        }
    }

    @Test(arguments: pages)
    func `a page in Chinese has the samples, sections, table rows and code of the English one`(name: String) throws {
        let english = try Page(name + ".md")
        let chinese = try Page(name + ".zh.md")
        #expect(chinese.samples == english.samples)
        #expect(english.sections.count > 4)
        #expect(chinese.sections.count == english.sections.count)
        for (zh, en) in zip(chinese.sections, english.sections) {
            let title = en.prefix { $0 != "\n" }
            #expect(Page.code(zh) == Page.code(en), "\(title)")
            #expect(Page.rows(zh).count == Page.rows(en).count, "\(title)")
            for (cell, original) in zip(Page.rows(zh), Page.rows(en)) where cell != original {
                // What the program prints and takes stays as it is; only words may be told in Chinese.
                let isChinese = cell.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
                #expect(isChinese && Page.code(cell) == Page.code(original), "\(title): \(original)")
            }
        }
    }

    @Test(arguments: pages)
    func `each page of a pair leads to the other`(name: String) throws {
        let file = name.split(separator: "/").last!
        #expect(try Page(name + ".md").text.contains("[中文](\(file).zh.md)"))
        #expect(try Page(name + ".zh.md").text.contains("[English](\(file).md)"))
    }
}
