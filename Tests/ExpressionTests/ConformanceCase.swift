import Foundation

@testable import Expression

/// One test of the conformance suite, read from its JSON form.
struct ConformanceCase {
    let fields: [String: Any]

    var name: String { fields["name"] as? String ?? "" }
    var source: String { fields["expr"] as? String ?? "" }
    var container: String { fields["container"] as? String ?? "" }
    var checks: Bool { fields["disable_check"] as? Bool != true }
    var checkOnly: Bool { fields["check_only"] as? Bool == true }
    var expectsError: Bool { fields["eval_error"] != nil || fields["any_eval_errors"] != nil }

    private var typedResult: [String: Any]? { fields["typed_result"] as? [String: Any] }
    var deducedType: ValueType? { (typedResult?["deduced_type"]).map(Self.type) }

    var expected: Value {
        if let value = fields["value"] { return repaired(Self.value(value)) }
        if let value = typedResult?["result"] { return Self.value(value) }
        return .bool(true)
    }

    /// In the suite's text form `\\?` in a bytes value is a plain question mark; the JSON form kept the backslash of the
    /// two tests whose source has none.
    private func repaired(_ value: Value) -> Value {
        guard case .bytes(let bytes) = value, !source.contains("\\") else { return value }
        return .bytes(bytes.filter { $0 != UInt8(ascii: "\\") })
    }

    /// Why an evaluator without protobuf cannot run it; nil when it can.
    var needsProtobuf: String? {
        let text = source.filter { !$0.isWhitespace }
        if text.contains("TestAllTypes") { return "message type TestAllTypes" }
        for part in text.components(separatedBy: "google.protobuf.").dropFirst()
        where !part.hasPrefix("Timestamp") && !part.hasPrefix("Duration") {
            return "message type google.protobuf.*"
        }
        if Self.mentionsMessage(fields) { return "message value or type" }
        return nil
    }

    private static func mentionsMessage(_ json: Any) -> Bool {
        if let object = json as? [String: Any] {
            if let name = object["message_type"] as? String { return !isWellKnown(name) }
            if let value = object["object_value"] as? [String: Any] {
                return !isWellKnown(value["@type"] as? String ?? "")
            }
            return object.values.contains(where: mentionsMessage)
        }
        if let array = json as? [Any] { return array.contains(where: mentionsMessage) }
        return false
    }

    private static func isWellKnown(_ name: String) -> Bool {
        name.hasSuffix("google.protobuf.Timestamp") || name.hasSuffix("google.protobuf.Duration")
    }

    /// Declared variables, and bound ones that nothing declares.
    func environment() throws -> (Environment, [Value]) {
        var declarations: [Environment.Declaration] = []
        var functions: [String: [Overload]] = [:]
        for declaration in fields["type_env"] as? [[String: Any]] ?? [] {
            let name = declaration["name"] as? String ?? ""
            if let ident = declaration["ident"] as? [String: Any] {
                declarations.append(.init(name, Self.type(ident["type"] ?? [:])))
            } else if let function = declaration["function"] as? [String: Any] {
                functions[name] = (function["overloads"] as? [[String: Any]] ?? []).map {
                    Overload(nil, ($0["params"] as? [Any] ?? []).map(Self.type), Self.type($0["result_type"] ?? [:]))
                }
            }
        }
        let bindings = fields["bindings"] as? [String: Any] ?? [:]
        for name in bindings.keys.sorted() where !declarations.contains(where: { $0.name == name }) {
            declarations.append(.init(name, .dyn))
        }
        let slots = declarations.map { declaration -> Value in
            guard let binding = bindings[declaration.name] as? [String: Any] else { return .absent }
            return Self.value(binding["value"] ?? [:])
        }
        return (try Environment(declarations, container: container, functions: functions), slots)
    }

    static func type(_ json: Any) -> ValueType {
        guard let object = json as? [String: Any], let (kind, body) = object.first else { return .dyn }
        let fields = body as? [String: Any] ?? [:]
        switch kind {
        case "primitive":
            return [
                "BOOL": .bool, "INT64": .int, "UINT64": .uint, "DOUBLE": .double, "STRING": .string, "BYTES": .bytes,
            ][body as? String ?? ""] ?? .dyn
        case "null": return .null
        case "list_type": return .list(type(fields["elem_type"] ?? [:]))
        case "map_type": return .map(type(fields["key_type"] ?? [:]), type(fields["value_type"] ?? [:]))
        case "message_type", "well_known":
            let name = body as? String ?? ""
            return name.uppercased().hasSuffix("TIMESTAMP") ? .timestamp : .duration
        case "type_param": return .parameter(["T": 0, "U": 1, "V": 2][body as? String ?? ""] ?? 3)
        case "abstract_type":
            let parameters = (fields["parameter_types"] as? [Any] ?? []).map(type)
            let name = fields["name"] as? String ?? ""
            return name == "optional_type" ? .optional(parameters[0]) : .abstract(name, parameters)
        default: return .dyn
        }
    }

    static func value(_ json: Any) -> Value {
        guard let object = json as? [String: Any], let (kind, body) = object.first else { return .absent }
        let text = body as? String ?? ""
        let fields = body as? [String: Any] ?? [:]
        switch kind {
        case "null_value": return .null
        case "bool_value": return .bool(body as? Bool ?? false)
        case "int64_value": return .int(Int64(text) ?? 0)
        case "uint64_value": return .uint(UInt64(text) ?? 0)
        case "double_value":
            if let number = body as? Double { return .double(number) }
            return .double(text == "NaN" ? .nan : text == "Infinity" ? .infinity : -.infinity)
        case "string_value": return .string(text)
        case "bytes_value": return .bytes([UInt8](Data(base64Encoded: text) ?? Data()))
        case "type_value": return .type(text)
        case "list_value": return .list((fields["values"] as? [Any] ?? []).map(value))
        case "map_value":
            let entries = (fields["entries"] as? [[String: Any]] ?? []).map {
                MapValue.Entry(key: value($0["key"] ?? [:]), value: value($0["value"] ?? [:]))
            }
            return (try? MapValue(entries)).map(Value.map) ?? .absent
        case "object_value":
            let inner = fields["value"] as? String ?? ""
            if (fields["@type"] as? String ?? "").hasSuffix("Duration") {
                return (try? Span.parse(inner)).map { .duration(nanoseconds: $0) } ?? .absent
            }
            return (try? Moment.parse(inner)) ?? .absent
        default: return .absent
        }
    }
}
