@_exported import TestSupport

extension ChildProcess {
    convenience init(_ program: String, _ arguments: [String], in scratch: Scratch) throws {
        try self.init(program, arguments, in: scratch.path, working: Repository.root)
    }
}

/// Runs a program to its end, in the root of this checkout.
func run(_ program: String, _ arguments: [String], in scratch: Scratch, seconds: Double = 60) throws -> Finished {
    try run(program, arguments, in: scratch.path, working: Repository.root, seconds: seconds)
}

/// Runs the built command to its end.
func fenghuo(_ arguments: String..., in scratch: Scratch) throws -> Finished {
    try run(Repository.executable, arguments, in: scratch)
}
