import Events

/// Turns the restricted fields of a batch into the plain bytes that are encrypted, and back.
enum RestrictedCodec {
    static func encode(_ fields: [RestrictedField]) -> [UInt8] {
        var out = ColumnWriter(capacity: fields.count * 64)
        out.varint(UInt64(fields.count))
        for field in fields {
            out.varint(UInt64(UInt32(bitPattern: field.event)))
            out.text(field.name)
            out.text(field.value)
        }
        return out.bytes
    }

    static func decode(_ bytes: [UInt8], events: Int) throws(CodecFailure) -> [RestrictedField] {
        var reader = ColumnReader(bytes)
        let bound = min(bytes.count, events * JournalBounds.restrictedPerEvent)
        let count = try reader.count("restricted fields", upTo: bound)
        var fields: [RestrictedField] = []
        for _ in 0..<count {
            let event = try reader.count("as event number", upTo: events - 1)
            fields.append(
                RestrictedField(event: Int32(event), name: try reader.text(), value: try reader.text()))
        }
        try reader.finish()
        return fields
    }
}
