import Engine
import Events
import StrictYAML

/// A rule as it would be with some fields of its file changed: what a test's `reload levels.red.at=55` activates.
struct ChangedRule {
    /// `levels.red.at=55`
    struct Change: Equatable, Sendable {
        var path: [String]
        var text: String

        init?(_ word: String) {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            path = word[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            text = String(word[word.index(after: equals)...])
            guard !text.isEmpty, path.allSatisfy({ isName($0) }) else { return nil }
        }
    }

    let path: String
    let root: YAMLNode
    let metrics: MetricCatalogue?

    /// nil where the rule's own file cannot be read: it then has findings of its own.
    init?(_ file: DirectoryFiles.File, metrics: MetricCatalogue?) {
        guard let root = YAMLDocument.read(path: file.path, bytes: file.bytes, findings: Findings()) else { return nil }
        (path, self.root, self.metrics) = (file.path, root.node, metrics)
    }

    /// The rule with these changes, or what is wrong with it.
    func rule(_ changes: [Change]) -> Result<Rule, Refusal> {
        var node = root
        for change in changes {
            guard let changed = node.setting(change.path[...], to: change.text) else {
                return .failure(Refusal(text: "\(change.path.joined(separator: ".")) is inside of no mapping"))
            }
            node = changed
        }
        let findings = Findings()
        let source = YAMLSource(path: path, text: "", findings: findings)
        let item = YAMLItem(node: node, name: "the file", source: source)
        let rule = RuleReader(item, path: path, metrics: metrics)?.rule()
        guard let rule, !findings.hasErrors else {
            let first = findings.sorted.first { $0.severity == .error }
            return .failure(Refusal(text: first?.message ?? "it is no rule"))
        }
        var versioned = rule
        versioned.version = "changed"
        return .success(versioned)
    }

    struct Refusal: Error {
        var text: String
    }
}

extension YAMLNode {
    /// The node with one scalar set, keys made where there are none; nil where the way leads through something else.
    fileprivate func setting(_ path: ArraySlice<String>, to text: String) -> YAMLNode? {
        guard let key = path.first else { return YAMLNode(content: .scalar(text, style: .plain), mark: mark) }
        guard case .mapping(var pairs) = content else { return nil }
        let index = pairs.firstIndex { $0.key == key }
        let inner = index.map { pairs[$0].value } ?? YAMLNode(content: .mapping([]), mark: mark)
        guard let value = inner.setting(path.dropFirst(), to: text) else { return nil }
        if let index { pairs[index].value = value } else { pairs.append(Pair(key: key, keyMark: mark, value: value)) }
        return YAMLNode(content: .mapping(pairs), mark: mark)
    }
}
