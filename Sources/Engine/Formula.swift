import Events
import Expression

/// An expression of a rule, compiled, with what fills each of its slots.
public struct Formula: Equatable, Sendable {
    /// What one slot reads.
    public enum Input: Equatable, Sendable {
        case value, metric, unit, quality, subject, source, area, type, time, longitude, latitude, exercise, period
        /// A limit of the subject in the registry.
        case limit(String)
        /// Another scalar field of the event.
        case field(String)
        /// A named value of the rule.
        case named(Int)
    }

    public enum Yield: UInt8, Sendable, CaseIterable {
        case boolean = 0
        case number = 1
        /// Anything that can be told apart: what `distinct` counts.
        case scalar = 2

        var types: [ValueType] {
            switch self {
            case .boolean: [.bool]
            case .number: [.double, .int]
            case .scalar: [.string, .double, .int, .bool]
            }
        }
    }

    /// A field that a rule declares, so that expressions over it are checked at load.
    public struct Field: Equatable, Sendable {
        public enum Kind: UInt8, Sendable, CaseIterable {
            case double = 0
            case int = 1
            case bool = 2
            case string = 3

            var type: ValueType {
                switch self {
                case .double: .double
                case .int: .int
                case .bool: .bool
                case .string: .string
                }
            }
        }

        public var name: String
        public var kind: Kind

        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    public let source: String
    public let yield: Yield
    let fields: [Field]
    /// Names of the rule's values; nil where the formula reads events.
    let names: [String]?
    let program: Program
    let inputs: [Input]
    /// Whether it may name a zone.
    let usesZones: Bool

    /// Compiles an expression over an event: `value`, `quality`, …, `limit.h`, and the declared fields.
    public init(event source: String, fields: [Field] = [], yield: Yield) throws(ExpressionFailure) {
        let known = Self.eventInputs.map { Environment.Declaration($0.name, $0.type) }
        let extra = fields.map { Environment.Declaration($0.name, $0.kind.type) }
        program = try Expression.compile(source, Self.environment(known + extra), expecting: yield.types)
        inputs = Self.inputs(fields: fields, names: nil)
        usesZones = !program.zoneNames.isEmpty
        self.source = source
        self.yield = yield
        self.fields = fields
        names = nil
    }

    /// Compiles a condition over a rule's named values.
    public init(values source: String, names: [String], yield: Yield = .boolean) throws(ExpressionFailure) {
        let declarations = names.map { Environment.Declaration($0, .double) }
        program = try Expression.compile(source, Self.environment(declarations), expecting: yield.types)
        inputs = Self.inputs(fields: [], names: names)
        usesZones = false
        self.source = source
        self.yield = yield
        fields = []
        self.names = names
    }

    /// Whether evaluation looks into the registry.
    var readsLimits: Bool {
        program.usedSlots.contains { slot in
            if case .limit = inputs[slot] { true } else { false }
        }
    }

    /// Zones by name that the source uses; the rule set must have the table of each.
    public var zoneNames: [String] { program.zoneNames }

    /// The names an event formula may use, beside declared fields.
    public static var eventNames: [String] { eventInputs.map(\.name) }

    private static let eventInputs: [(name: String, type: ValueType, input: Input)] = [
        ("value", .double, .value), ("metric", .string, .metric), ("unit", .string, .unit),
        ("quality", .string, .quality), ("subject", .string, .subject), ("source", .string, .source),
        ("area", .string, .area), ("type", .string, .type), ("time", .timestamp, .time), ("lon", .double, .longitude),
        ("lat", .double, .latitude), ("exercise", .bool, .exercise), ("period", .int, .period),
        ("limit.l", .double, .limit("l")), ("limit.ll", .double, .limit("ll")), ("limit.h", .double, .limit("h")),
        ("limit.hh", .double, .limit("hh")), ("limit.capacity", .double, .limit("capacity")),
    ]

    private static func environment(_ declarations: [Environment.Declaration]) throws(ExpressionFailure) -> Environment
    {
        do throws(Environment.Failure) {
            return try Environment(declarations)
        } catch {
            throw ExpressionFailure([
                ExpressionError(code: .undeclaredReference, offset: 0, length: 0, message: "declared names: \(error)")
            ])
        }
    }
}

extension Formula {
    /// The truth of a condition for one reading, or nil where it is unknown.
    func test(_ arrival: Engine.Arrival, registered: Registry.Subject?) -> Bool? {
        guard case .bool(let truth) = evaluate(zones(arrival), { arrival.value(of: $0, registered: registered) }) else {
            return nil
        }
        return truth
    }

    /// The number for one reading, or nil where it is unknown.
    func number(_ arrival: Engine.Arrival, registered: Registry.Subject?) -> Double? {
        switch evaluate(zones(arrival), { arrival.value(of: $0, registered: registered) }) {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// A sample that stands for the reading's scalar, nil where it is unknown.
    func identity(_ arrival: Engine.Arrival, registered: Registry.Subject?) -> Double? {
        evaluate(zones(arrival), { arrival.value(of: $0, registered: registered) }).flatMap(sampleIdentity)
    }

    /// The truth of a condition over a rule's named values; a NaN among those it reads makes it unknown.
    func test(_ values: RuleValues) -> Bool? {
        let truth = evaluate(.none) { input in
            guard case .named(let index) = input, index < values.count, !values[index].isNaN else { return .absent }
            return .double(values[index])
        }
        guard case .bool(let holds) = truth else { return nil }
        return holds
    }

    private func zones(_ arrival: Engine.Arrival) -> ZoneSet { usesZones ? arrival.arrived.zones : .none }

    /// The number over a rule's named values, nil where it is unknown.
    func number(_ values: RuleValues) -> Double? {
        let number = evaluate(.none) { input in
            guard case .named(let index) = input, index < values.count, !values[index].isNaN else { return .absent }
            return .double(values[index])
        }
        return switch number {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// Fills the slots that the program reads and runs it; an error is unknown.
    private func evaluate(_ zones: ZoneSet, _ fill: (Input) -> Value) -> Value? {
        withUnsafeTemporaryAllocation(of: Value.self, capacity: max(1, inputs.count)) { slots in
            slots.initialize(repeating: .absent)
            defer { slots.deinitialize() }
            for slot in program.usedSlots { slots[slot] = fill(inputs[slot]) }
            let row = UnsafeBufferPointer(rebasing: slots[0..<inputs.count])
            do throws(EvaluationError) {
                return try program.evaluate(row, zones: zones)
            } catch {
                return nil
            }
        }
    }
}

extension Formula {
    func write(to out: inout ByteWriter) {
        out.put(source)
        out.put(yield.rawValue)
        out.put(fields) { writer, field in
            writer.put(field.name)
            writer.put(field.kind.rawValue)
        }
        out.put(names) { $0.put($1) { $0.put($1) } }
        out.put(program.encode())
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let source = try r.getString()
        let yield = try r.getCase(Yield.self)
        let fields = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
            Field(name: try r.getString(), kind: try r.getCase(Field.Kind.self))
        }
        let names = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in
            try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        }
        let bytes = try r.getBytes()
        do throws(Program.DecodingFailure) {
            program = try Program(decoding: bytes)
        } catch {
            throw .invalid(what: "program of \(source)", at: r.offset)
        }
        inputs = Self.inputs(fields: fields, names: names)
        usesZones = !program.zoneNames.isEmpty
        guard program.slotCount == inputs.count, yield.types.contains(program.resultType) else {
            throw .invalid(what: "program of \(source)", at: r.offset)
        }
        self.source = source
        self.yield = yield
        self.fields = fields
        self.names = names
    }

    private static func inputs(fields: [Field], names: [String]?) -> [Input] {
        names.map { $0.indices.map { .named($0) } } ?? (eventInputs.map(\.input) + fields.map { .field($0.name) })
    }
}
