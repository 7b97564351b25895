extension Program {
    /// One part of the source and what it came to.
    public struct Part: Sendable {
        /// UTF-8 bytes of the source.
        public var offset: Int
        public var length: Int
        public var result: Result<Value, EvaluationError>
    }

    /// The value of every part of the source for one row of slots, whole first, then its parts from left to right.
    ///
    /// Constants are left out, and so is what runs once for each element of a comprehension. For showing to people:
    /// every part is evaluated anew, each with the whole limit.
    public func explain(
        _ slots: [Value], zones: ZoneSet = .none, limit: Int = ExpressionLimits.cost
    ) -> [Part] {
        precondition(slots.count == slotCount, "one value per declared slot")
        return slots.withUnsafeBufferPointer { slots in
            explainedNodes().map { index in
                let result: Result<Value, EvaluationError>
                do throws(EvaluationError) {
                    result = .success(try evaluate(index, slots, zones, limit))
                } catch {
                    result = .failure(error)
                }
                let node = nodes[Int(index)]
                return Part(offset: Int(node.offset), length: Int(node.length), result: result)
            }
        }
    }

    private func explainedNodes() -> [Int32] {
        let structure = ProgramStructure(
            slotCount: slotCount, localCount: localCount, nodes: nodes, lists: lists, constants: constants)
        var order: [Int32] = []
        var pending = [Int32(nodes.count - 1)]
        // A decoded program may reach one node by many ways.
        while let index = pending.popLast(), order.count < nodes.count {
            let node = nodes[Int(index)]
            if node.operation == .constant { continue }
            order.append(index)
            let children: [Int32] =
                switch node.operation {
                case .fold: [lists[Int(node.a)]]
                case .bind, .optionalMap, .optionalFlatMap: [node.a]
                default: structure.children(node) ?? []
                }
            pending.append(contentsOf: children.reversed())
        }
        return order
    }

    /// Zones named by constants, sorted, each once: what the caller must give tables for, `UTC` and offsets apart.
    public var zoneNames: [String] {
        var names: [String] = []
        for node in nodes where node.operation == .call && node.c == 2 {
            guard let builtin = Builtin(rawValue: UInt8(clamping: node.a)), builtin.takesZone else { continue }
            let argument = nodes[Int(lists[Int(node.b) + 1])]
            guard argument.operation == .constant, case .string(let name) = constants[Int(argument.a)],
                ZoneSet.none.offset(of: name, at: 0) == nil, !names.contains(name)
            else { continue }
            names.append(name)
        }
        return names.sorted { Text.order($0, $1) < 0 }
    }
}

extension Builtin {
    fileprivate var takesZone: Bool {
        switch self {
        case .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours, .getMilliseconds,
            .getMinutes, .getMonth, .getSeconds:
            true
        default: false
        }
    }
}
