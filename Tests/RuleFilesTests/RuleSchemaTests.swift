import Foundation
import RuleFiles
import StrictYAML
import TestSupport
import Testing

/// The schema for editors, held against every shipped rule and every fixture whose form is wrong, by a validator that
/// is not ours.
struct RuleSchemaTests {
    /// Codes of findings that a schema can see too.
    private static let form: Set<String> = [
        "unknown_key", "missing_field", "wrong_shape", "unknown_word", "not_a_number", "not_a_span", "not_a_time",
        "not_an_integer", "not_finite", "too_many_items", "no_levels", "no_value", "duplicate_value", "bad_id",
        "bad_threshold", "unknown_aggregate", "no_data_level", "unsupported", "empty_value",
    ]

    /// Reads rules as an editor does (YAML 1.2 core) and prints, a line a file, what the schema says first, or `ok`.
    private static let script = """
        import sys, json, re, yaml, jsonschema
        def typed(node):
            if isinstance(node, yaml.MappingNode): return {key.value: typed(value) for key, value in node.value}
            if isinstance(node, yaml.SequenceNode): return [typed(item) for item in node.value]
            text = node.value
            if node.style: return text
            if text in ("", "null", "~"): return None
            if text in ("true", "false"): return text == "true"
            if re.fullmatch(r"[-+]?[0-9]+", text): return int(text)
            if re.fullmatch(r"[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?", text): return float(text)
            return text
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in sys.argv[2:]:
            root = typed(yaml.compose(open(path, encoding="utf-8"), Loader=yaml.SafeLoader))
            errors = sorted(validator.iter_errors(root), key=lambda error: list(map(str, error.path)))
            print(path, "ok" if not errors else errors[0].message[:200].replace(chr(10), " "), sep="\\t")
        """

    private static func run(_ program: String, _ arguments: [String]) throws -> Finished {
        let scratch = FileManager.default.temporaryDirectory.path + "/fenghuo-python-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        return try TestSupport.run(program, arguments, in: scratch)
    }

    /// A Python that has both libraries, made once under .build; nil, with a line, where no package index is reached.
    private static func python() throws -> String? {
        let folder = BadRulesTests.root.appendingPathComponent(".build/venv-schema").path
        let python = folder + "/bin/python"
        func has() throws -> Bool {
            try FileManager.default.isExecutableFile(atPath: python)
                && run(python, ["-c", "import yaml, jsonschema"]).code == 0
        }
        if try has() { return python }
        let make = try run("/usr/bin/env", ["python3", "-m", "venv", folder])
        let install = ["-m", "pip", "install", "--quiet", "--timeout", "10", "--retries", "1", "pyyaml", "jsonschema"]
        if make.code == 0, try run(python, install).code == 0, try has() { return python }
        print("skipped: no Python environment with pyyaml and jsonschema can be made here")
        return nil
    }

    /// What the validator says about each file.
    private static func answers(_ schema: String, _ paths: [String], _ python: String) throws -> [String: String] {
        let scratch = FileManager.default.temporaryDirectory.path + "/fenghuo-schema-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        try Data(schema.utf8).write(to: URL(fileURLWithPath: scratch + "/schema.json"))
        try Data(script.utf8).write(to: URL(fileURLWithPath: scratch + "/check.py"))
        let ran = try run(python, [scratch + "/check.py", scratch + "/schema.json"] + paths)
        try #require(ran.code == 0, "\(ran.errors)")
        var answers: [String: String] = [:]
        for line in ran.output.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            if parts.count == 2 { answers[parts[0]] = parts[1] }
        }
        return answers
    }

    private static func shipped(_ suffix: String) throws -> [String] {
        try ["rules", "fixtures/real/rules"].flatMap { folder in
            let root = BadRulesTests.root.appendingPathComponent(folder).path
            let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
            return names.filter { $0.hasSuffix(".yml") && $0.hasSuffix(".test.yml") == (suffix == ".test.yml") }
                .sorted().map { root + "/" + $0 }
        }
    }

    @Test func `every shipped rule and test fits its schema`() throws {
        guard let python = try Self.python() else { return }
        let rules = try Self.shipped(".yml")
        let answers = try Self.answers(RuleSchema.rule, rules, python)
        #expect(answers.count == rules.count && rules.count > 10)
        #expect(answers.filter { $0.value != "ok" } == [:])
        let tests = try Self.shipped(".test.yml")
        let tested = try Self.answers(RuleSchema.test, tests, python)
        #expect(tested.count == tests.count && tests.count > 10)
        #expect(tested.filter { $0.value != "ok" } == [:])
    }

    @Test func `every fixture whose form is wrong is refused by the schema`() throws {
        guard let python = try Self.python() else { return }
        var wrong: [String] = []
        for name in BadRulesTests.names
        where name.hasSuffix(".yml") && !name.hasPrefix("metrics-") && !name.hasPrefix("registry-") {
            let codes = Set(try BadRulesTests.findings(of: name).map(\.code))
            if !codes.isDisjoint(with: Self.form) { wrong.append(BadRulesTests.folder.path + "/" + name) }
        }
        let answers = try Self.answers(RuleSchema.rule, wrong, python)
        #expect(answers.count == wrong.count && wrong.count > 15)
        #expect(answers.filter { $0.value == "ok" } == [:])
    }

    @Test func `every key that the reader knows is described`() throws {
        let document = try JSONSerialization.jsonObject(with: Data(RuleSchema.rule.utf8)) as? [String: Any]
        let properties = try #require(document?["properties"] as? [String: [String: Any]])
        #expect(properties.count > 20)
        // A new key of a rule gets its shape in RuleSchema.swift and its words in RuleSchemaWords.swift.
        #expect(properties.filter { $0.value["description"] == nil }.keys.sorted() == [])
    }
}
