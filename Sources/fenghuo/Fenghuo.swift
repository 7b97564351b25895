import ArgumentParser

@main
struct Fenghuo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fenghuo", abstract: "City public-safety risk monitoring.")
}
