import Events
import Expression

/// An expression of a rule, compiled, with what fills each of its slots. A class, so that a reading's evaluation does not
/// copy its parts.
public final class Formula: Equatable, Sendable {
    /// What one slot reads.
    public enum Input: Equatable, Sendable {
        case value, metric, unit, quality, subject, source, area, type, time, longitude, latitude, exercise, period
        /// A limit of the subject in the registry.
        case limit(String)
        /// What else the registry knows of the subject.
        case registeredArea, place, grade, population, owner
        /// A further column of the registry, as the rule declares it.
        case column(String, Field.Kind)
        /// Another scalar field of the event.
        case field(String)
        /// A named value of the rule.
        case named(Int)

        /// Whether it is the registry that knows.
        var isRegistered: Bool {
            switch self {
            case .limit, .registeredArea, .place, .grade, .population, .owner, .column: true
            case .value, .metric, .unit, .quality, .subject, .source, .area, .type, .time, .longitude, .latitude,
                .exercise, .period, .field, .named:
                false
            }
        }
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
    /// Declared further columns of the registry.
    let columns: [Field]
    /// Names of the rule's values; nil where the formula reads events.
    let names: [String]?
    let program: Program
    let inputs: [Input]
    private let quickColumns: [ReadingRow.Column]
    /// Whether it may name a zone.
    let usesZones: Bool
    /// Whether evaluation looks into the registry.
    let readsRegistry: Bool

    /// Compiles an expression over an event: `value`, `quality`, …, `limit.h`, `registry.grade`, the declared fields
    /// and columns.
    public init(
        event source: String, fields: [Field] = [], columns: [Field] = [], yield: Yield
    ) throws(ExpressionFailure) {
        let known = Self.eventInputs.map { Environment.Declaration($0.name, $0.type) }
        let extra = fields.map { Environment.Declaration($0.name, $0.kind.type) }
        let environment = try Self.environment(known + extra + Self.declarations(columns))
        program = try Expression.compile(source, environment, expecting: yield.types)
        inputs = Self.inputs(fields: fields, columns: columns, names: nil)
        quickColumns = inputs.map(\.column)
        usesZones = !program.zoneNames.isEmpty
        readsRegistry = Self.readsRegistry(program, inputs)
        self.source = source
        self.yield = yield
        self.fields = fields
        self.columns = columns
        names = nil
    }

    /// Compiles a condition over a rule's named values and what the registry knows of the key's subject.
    public init(
        values source: String, names: [String], columns: [Field] = [], yield: Yield = .boolean
    ) throws(ExpressionFailure) {
        let declarations = names.map { Environment.Declaration($0, .double) }
        let environment = try Self.environment(declarations + Self.declarations(columns))
        program = try Expression.compile(source, environment, expecting: yield.types)
        inputs = Self.inputs(fields: [], columns: columns, names: names)
        quickColumns = inputs.map(\.column)
        usesZones = false
        readsRegistry = Self.readsRegistry(program, inputs)
        self.source = source
        self.yield = yield
        fields = []
        self.columns = columns
        self.names = names
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        let source = try r.getString()
        let yield = try r.getCase(Yield.self)
        func declared(_ r: inout ByteReader) throws(ByteReader.Failure) -> [Field] {
            try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in
                Field(name: try r.getString(), kind: try r.getCase(Field.Kind.self))
            }
        }
        let fields = try declared(&r)
        let columns = try declared(&r)
        let names = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in
            try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.getString() }
        }
        let bytes = try r.getBytes()
        do throws(Program.DecodingFailure) {
            program = try Program(decoding: bytes)
        } catch {
            throw .invalid(what: "program of \(source)", at: r.offset)
        }
        inputs = Self.inputs(fields: fields, columns: columns, names: names)
        quickColumns = inputs.map(\.column)
        usesZones = !program.zoneNames.isEmpty
        guard program.slotCount == inputs.count, yield.types.contains(program.resultType) else {
            throw .invalid(what: "program of \(source)", at: r.offset)
        }
        readsRegistry = Self.readsRegistry(program, inputs)
        self.source = source
        self.yield = yield
        self.fields = fields
        self.columns = columns
        self.names = names
    }

    public static func == (one: Formula, other: Formula) -> Bool {
        one.source == other.source && one.yield == other.yield && one.fields == other.fields
            && one.columns == other.columns && one.names == other.names && one.program == other.program
    }

    private static func readsRegistry(_ program: Program, _ inputs: [Input]) -> Bool {
        program.usedSlots.contains { inputs[$0].isRegistered }
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
    ]

    /// Of the event's subject, or of the key's where the formula is over values.
    private static let registryInputs: [(name: String, type: ValueType, input: Input)] =
        limitNames.flatMap { name in
            [("limit." + name, .double, .limit(name)), ("registry." + name, .double, .limit(name))]
        } + [
            ("registry.area", .string, .registeredArea), ("registry.place", .string, .place),
            ("registry.grade", .int, .grade), ("registry.population", .int, .population),
            ("registry.owner", .string, .owner),
        ]

    /// Limits that expressions may use; a ladder may use any that the registry has.
    public static var limitNames: [String] { ["l", "ll", "h", "hh", "capacity"] }

    /// Names that no further column of the registry may take.
    public static var registryNames: [String] {
        registryInputs.map(\.name).filter { $0.hasPrefix("registry.") }.map { String($0.dropFirst(9)) }
    }

    private static func declarations(_ columns: [Field]) -> [Environment.Declaration] {
        registryInputs.map { .init($0.name, $0.type) } + columns.map { .init("registry." + $0.name, $0.kind.type) }
    }

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
    /// The truth of a condition for one reading, or nil where it is unknown; `registered` is asked where the formula
    /// reads the registry.
    func test(_ arrival: Engine.Arrival, registered: () -> Registry.Subject?) -> Bool? {
        if let quick = quickAnswer(arrival) { return quick }
        guard case .bool(let truth) = evaluate(arrival, registered) else { return nil }
        return truth
    }

    /// The same where plain comparisons tell it; nil: `test` does.
    func quickAnswer(_ arrival: Engine.Arrival) -> Bool? {
        quickColumns.withUnsafeBufferPointer { columns in
            inputs.withUnsafeBufferPointer { inputs in
                program.quickAnswer(
                    ReadingRow(place: arrival.place, value: arrival.value, columns: columns, inputs: inputs))
            }
        }
    }

    /// The number for one reading, or nil where it is unknown.
    func number(_ arrival: Engine.Arrival, registered: () -> Registry.Subject?) -> Double? {
        switch evaluate(arrival, registered) {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// A sample that stands for the reading's scalar, nil where it is unknown.
    func identity(_ arrival: Engine.Arrival, registered: () -> Registry.Subject?) -> Double? {
        evaluate(arrival, registered).flatMap(sampleIdentity)
    }

    private func evaluate(_ arrival: Engine.Arrival, _ registered: () -> Registry.Subject?) -> Value? {
        let subject = readsRegistry ? registered() : nil
        return evaluate(usesZones ? arrival.arrived.zones : .none) { arrival.value(of: $0, registered: subject) }
    }

    /// The truth of a condition over a rule's named values; a NaN among those it reads makes it unknown.
    func test(_ values: RuleValues, registered: Registry.Subject?) -> Bool? {
        let truth = evaluate(.none) { values.value(of: $0, registered: registered) }
        guard case .bool(let holds) = truth else { return nil }
        return holds
    }

    /// The number over a rule's named values, nil where it is unknown.
    func number(_ values: RuleValues, registered: Registry.Subject?) -> Double? {
        switch evaluate(.none, { values.value(of: $0, registered: registered) }) {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// Fills the slots that the program reads and runs it; an error is unknown.
    private func evaluate(_ zones: ZoneSet, _ fill: (Input) -> Value) -> Value? {
        withUnsafeTemporaryAllocation(of: Value.self, capacity: max(1, inputs.count)) { slots in
            // The others are not looked at, and stay what they are.
            for slot in program.usedSlots { slots.initializeElement(at: slot, to: fill(inputs[slot])) }
            defer { for slot in program.usedSlots { slots.deinitializeElement(at: slot) } }
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
        for list in [fields, columns] {
            out.put(list) { writer, field in
                writer.put(field.name)
                writer.put(field.kind.rawValue)
            }
        }
        out.put(names) { $0.put($1) { $0.put($1) } }
        out.put(program.encode())
    }

    private static func inputs(fields: [Field], columns: [Field], names: [String]?) -> [Input] {
        (names.map { $0.indices.map { .named($0) } } ?? (eventInputs.map(\.input) + fields.map { .field($0.name) }))
            + registryInputs.map(\.input) + columns.map { .column($0.name, $0.kind) }
    }
}
