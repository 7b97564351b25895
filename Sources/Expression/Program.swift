/// A compiled expression: a value that can be kept, sent, encoded, and evaluated any number of times.
public struct Program: Sendable, Equatable {
    /// Why parts do not make a program.
    enum Corruption: Error, Equatable {
        case node(Int)
        case pattern(Int, String)
    }

    /// Slots the environment declared; evaluation needs as many values.
    public let slotCount: Int
    let localCount: Int
    public let resultType: ValueType
    let nodes: [Node]
    let lists: [Int32]
    let constants: [Value]

    /// Slots the program reads, ascending, each once.
    public let usedSlots: [Int]
    /// Steps the longest evaluation takes; nil when that depends on the size of the data.
    public let maxCost: Int?
    /// By constant: what the patterns among them compile to.
    let patterns: [Pattern?]
    let quick: QuickTest?

    init(
        slotCount: Int, localCount: Int, resultType: ValueType, nodes: [Node], lists: [Int32], constants: [Value]
    ) throws(Corruption) {
        self.slotCount = slotCount
        self.localCount = localCount
        self.resultType = resultType
        self.nodes = nodes
        self.lists = lists
        self.constants = constants
        let structure = ProgramStructure(
            slotCount: slotCount, localCount: localCount, nodes: nodes, lists: lists, constants: constants)
        try structure.validate()
        usedSlots = structure.usedSlots()
        maxCost = structure.maxCost()
        patterns = try structure.patterns()
        quick = QuickTest(nodes: nodes, lists: lists, constants: constants)
    }

    public static func == (a: Program, b: Program) -> Bool {
        a.slotCount == b.slotCount && a.localCount == b.localCount && a.resultType == b.resultType
            && a.nodes == b.nodes && a.lists == b.lists && a.constants == b.constants
    }
}
