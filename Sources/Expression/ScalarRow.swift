/// A row of slots as scalar tests ask for it: whoever has the columns builds no values for them.
///
/// Every answer is nil where the slot is not of the kind asked for, or where the row cannot tell.
public protocol ScalarRow {
    func double(_ slot: Int) -> Double?
    func int(_ slot: Int) -> Int64?
    func bool(_ slot: Int) -> Bool?
    /// Whether the slot holds this text in UTF-8, code point by code point.
    func isText(_ slot: Int, _ text: UnsafeRawBufferPointer) -> Bool?
    func isPresent(_ slot: Int) -> Bool?
}

extension UnsafeBufferPointer: ScalarRow where Element == Value {
    public func double(_ slot: Int) -> Double? { if case .double(let value) = self[slot] { value } else { nil } }
    public func int(_ slot: Int) -> Int64? { if case .int(let value) = self[slot] { value } else { nil } }
    public func bool(_ slot: Int) -> Bool? { if case .bool(let value) = self[slot] { value } else { nil } }
    public func isText(_ slot: Int, _ text: UnsafeRawBufferPointer) -> Bool? {
        guard case .string(var value) = self[slot] else { return nil }
        return value.withUTF8 { bytes in bytes.count == text.count && bytes.indices.allSatisfy { bytes[$0] == text[$0] }
        }
    }
    public func isPresent(_ slot: Int) -> Bool? { if case .absent = self[slot] { false } else { true } }
}
