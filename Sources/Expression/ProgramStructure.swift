/// What can be said of a program's parts without running them; the only judge of whether they are sound.
struct ProgramStructure {
    let slotCount: Int
    let localCount: Int
    let nodes: [Node]
    let lists: [Int32]
    let constants: [Value]

    /// Every reference points at something that is there, children come before parents, nothing is too deep.
    func validate() throws(Program.Corruption) {
        guard !nodes.isEmpty, nodes.count <= ExpressionLimits.nodes, localCount <= ExpressionLimits.depth * 2,
            slotCount <= ExpressionLimits.declarations
        else { throw .node(0) }
        var depths: [Int] = []
        depths.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            guard isSound(node), let children = children(node), children.allSatisfy({ $0 >= 0 && $0 < index }) else {
                throw .node(index)
            }
            let depth = 1 + (children.lazy.map { depths[Int($0)] }.max() ?? 0)
            guard depth <= ExpressionLimits.depth else { throw .node(index) }
            depths.append(depth)
        }
    }

    private func isSound(_ node: Node) -> Bool {
        switch node.operation {
        case .constant: constants.indices.contains(Int(node.a))
        case .slot, .slotPresent: (0..<slotCount).contains(Int(node.a))
        case .local: (0..<localCount).contains(Int(node.a))
        case .fail: EvaluationError.Code(rawValue: UInt8(clamping: node.a)) != nil
        case .select, .optionalSelect, .has, .matches:
            constants.indices.contains(Int(node.b))
                && { if case .string = $0 { true } else { false } }(constants[Int(node.b)])
        case .call: node.a >= 0 && Builtin(rawValue: UInt8(clamping: node.a)) != nil
        case .bind, .optionalMap, .optionalFlatMap: (0..<localCount).contains(Int(node.b))
        case .fold: node.b == 6
        case .makeList: node.b % 2 == 0
        case .makeMap: node.b % 3 == 0
        case .and, .or: node.b >= 1
        case .not, .negate, .conditional, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .add,
            .subtract, .multiply, .divide, .modulo, .isIn, .index, .optionalIndex:
            true
        }
    }

    private func part(_ start: Int32, _ count: Int32) -> ArraySlice<Int32>? {
        guard start >= 0, count >= 0, Int(start) + Int(count) <= lists.count else { return nil }
        return lists[Int(start)..<(Int(start) + Int(count))]
    }

    /// The nodes a node evaluates; nil when its lists are out of bounds or ill-formed.
    func children(_ node: Node) -> [Int32]? {
        switch node.operation {
        case .constant, .slot, .slotPresent, .local, .fail: return []
        case .and, .or: return part(node.a, node.b).map(Array.init)
        case .not, .negate, .select, .optionalSelect, .has, .matches: return [node.a]
        case .conditional: return [node.a, node.b, node.c]
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .add, .subtract, .multiply, .divide,
            .modulo, .isIn, .index, .optionalIndex:
            return [node.a, node.b]
        case .bind, .optionalMap, .optionalFlatMap: return [node.a, node.c]
        case .call: return part(node.b, node.c).map(Array.init)
        case .makeList:
            guard let items = part(node.a, node.b) else { return nil }
            return stride(from: items.startIndex, to: items.endIndex, by: 2).map { items[$0] }
        case .makeMap:
            guard let items = part(node.a, node.b) else { return nil }
            return stride(from: items.startIndex, to: items.endIndex, by: 3).flatMap { [items[$0], items[$0 + 1]] }
        case .fold: return foldChildren(node)
        }
    }

    private func foldChildren(_ node: Node) -> [Int32]? {
        guard let items = part(node.a, node.b).map(Array.init),
            SyntaxTree.Fold.Kind(rawValue: UInt8(clamping: items[5])) != nil,
            (0..<localCount).contains(Int(items[1])), (-1..<localCount).contains(Int(items[2])), items[3] >= -1,
            items[5] >= 0
        else { return nil }
        return [items[0], items[4]] + (items[3] == -1 ? [] : [items[3]])
    }

    func usedSlots() -> [Int] {
        var used = Array(repeating: false, count: slotCount)
        for node in nodes where node.operation == .slot || node.operation == .slotPresent { used[Int(node.a)] = true }
        return used.indices.filter { used[$0] }
    }

    /// One step a node; nil where the size of a value decides.
    func maxCost() -> Int? {
        var costs: [Int?] = []
        for node in nodes {
            var cost: Int? = 1
            for child in children(node) ?? [] {
                cost = cost.flatMap { cost in costs[Int(child)].map { min(cost + $0, Int.max / 4) } }
            }
            switch node.operation {
            // A call is charged by the size of its arguments, a sum by that of the texts it joins.
            case .call, .isIn, .matches, .fold, .makeMap, .makeList: cost = nil
            case .add: if !isNumber(node.a), !isNumber(node.b) { cost = nil }
            case .equal, .notEqual: if !isScalarConstant(node.a), !isScalarConstant(node.b) { cost = nil }
            case .constant, .slot, .slotPresent, .local, .fail, .and, .or, .not, .negate,
                .conditional, .less, .lessEqual, .greater, .greaterEqual, .subtract, .multiply, .divide, .modulo,
                .index, .optionalIndex, .select, .optionalSelect, .has, .bind, .optionalMap, .optionalFlatMap:
                break
            }
            costs.append(cost)
        }
        return costs[costs.count - 1]
    }

    private func isNumber(_ child: Int32) -> Bool {
        let node = nodes[Int(child)]
        guard node.operation == .constant else { return false }
        switch constants[Int(node.a)] {
        case .int, .uint, .double: return true
        case .absent, .null, .bool, .string, .bytes, .timestamp, .duration, .list, .map, .type, .optional: return false
        }
    }

    private func isScalarConstant(_ child: Int32) -> Bool {
        let node = nodes[Int(child)]
        guard node.operation == .constant else { return false }
        switch constants[Int(node.a)] {
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type: return true
        case .string(let text): return text.utf8.count <= Evaluator.bytesPerStep
        case .absent, .bytes, .list, .map, .optional: return false
        }
    }

    func patterns() throws(Program.Corruption) -> [Pattern?] {
        var compiled: [Pattern?] = Array(repeating: nil, count: constants.count)
        for (index, node) in nodes.enumerated() where node.operation == .matches {
            guard case .string(let source) = constants[Int(node.b)] else { throw .node(index) }
            do throws(Pattern.Failure) {
                if compiled[Int(node.b)] == nil { compiled[Int(node.b)] = try Pattern(source) }
            } catch {
                throw .pattern(index, error.message)
            }
        }
        return compiled
    }
}
