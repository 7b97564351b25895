import ArgumentParser
import RuleFiles

extension RulesCommand {
    /// `fenghuo rules schema`: what editors need to complete and check a rule file while it is typed.
    struct SchemaCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "JSON Schema (2020-12) of a rule file, or with --test of a test file.",
            discussion: """
                fenghuo rules schema > rule.schema.json; then the first line of a rule may be \
                # yaml-language-server: $schema=../../rule.schema.json. The schema knows form only: rules check goes further.
                """)
        @Flag(help: "Of a test file, <id>.test.yml.") var test = false

        func run() { print(test ? RuleSchema.test : RuleSchema.rule) }
    }
}
