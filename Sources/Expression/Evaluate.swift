extension Program {
    /// The value for one row of slots.
    ///
    /// `slots` holds `slotCount` values in the order of declaration; `limit` is the number of steps allowed. Absent
    /// slots, wrong kinds, overflow and the like are errors with the place in the source; nothing is ever guessed.
    public func evaluate(
        _ slots: UnsafeBufferPointer<Value>, zones: ZoneSet = .none, limit: Int = ExpressionLimits.cost
    ) throws(EvaluationError) -> Value {
        precondition(slots.count == slotCount, "one value per declared slot")
        if let quick, limit >= nodes.count, let answer = quick.answer(slots) { return .bool(answer) }
        return try evaluate(Int32(nodes.count - 1), slots, zones, limit)
    }

    public func evaluate(
        _ slots: [Value], zones: ZoneSet = .none, limit: Int = ExpressionLimits.cost
    ) throws(EvaluationError) -> Value {
        let result: Result<Value, EvaluationError> = slots.withUnsafeBufferPointer { slots in
            do throws(EvaluationError) {
                return .success(try evaluate(slots, zones: zones, limit: limit))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The quickest way to ask a condition; the same answer as `evaluate`.
    public func holds(
        _ slots: UnsafeBufferPointer<Value>, zones: ZoneSet = .none, limit: Int = ExpressionLimits.cost
    ) throws(EvaluationError) -> Bool {
        precondition(slots.count == slotCount, "one value per declared slot")
        if let quick, limit >= nodes.count, let answer = quick.answer(slots) { return answer }
        guard case .bool(let holds) = try evaluate(Int32(nodes.count - 1), slots, zones, limit) else {
            throw EvaluationError(code: .noSuchOverload, offset: 0, length: 0)
        }
        return holds
    }

    /// The answer to a condition made of scalar tests only, where the row can tell; nil: `evaluate` decides.
    public func quickAnswer(_ row: some ScalarRow) -> Bool? {
        guard let quick, ExpressionLimits.cost >= nodes.count else { return nil }
        return quick.answer(row)
    }

    func evaluate(
        _ node: Int32, _ slots: UnsafeBufferPointer<Value>, _ zones: ZoneSet, _ limit: Int
    ) throws(EvaluationError) -> Value {
        let result: Result<Value, EvaluationError> = nodes.withUnsafeBufferPointer { nodes in
            lists.withUnsafeBufferPointer { lists in
                var evaluator = Evaluator(
                    nodes: nodes, lists: lists, constants: constants, patterns: patterns, slots: slots, zones: zones,
                    locals: localCount == 0 ? [] : Array(repeating: .absent, count: localCount), budget: limit)
                do throws(EvaluationError) {
                    return .success(try evaluator.value(at: node))
                } catch {
                    return .failure(error)
                }
            }
        }
        return try result.get()
    }
}
