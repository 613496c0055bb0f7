internal import CRabbitMQ

extension FieldValue {
    /// Why a table was not read.
    struct TooDeep: Error {}

    static func table(from table: amqp_table_t, depth: Int = 1) throws(TooDeep) -> [String: FieldValue] {
        guard depth <= maximumDepth else { throw TooDeep() }
        let entries = UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries))
        var decoded = [String: FieldValue](minimumCapacity: entries.count)
        for entry in entries {
            let key = String(entry.key)
            // The broker, too, looks at the first of two entries with one name.
            if decoded[key] == nil { decoded[key] = try FieldValue(entry.value, depth: depth) }
        }
        return decoded
    }

    private static func array(from array: amqp_array_t, depth: Int) throws(TooDeep) -> [FieldValue] {
        guard depth <= maximumDepth else { throw TooDeep() }
        let entries = UnsafeBufferPointer(start: array.entries, count: Int(array.num_entries))
        var decoded: [FieldValue] = []
        decoded.reserveCapacity(entries.count)
        for entry in entries { decoded.append(try FieldValue(entry, depth: depth)) }
        return decoded
    }

    private init(_ field: amqp_field_value_t, depth: Int) throws(TooDeep) {
        let value = field.value
        switch amqp_field_value_kind_t(rawValue: UInt32(field.kind)) {
        case AMQP_FIELD_KIND_BOOLEAN: self = .bool(value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .int8(value.i8)
        case AMQP_FIELD_KIND_U8: self = .uint8(value.u8)
        case AMQP_FIELD_KIND_I16: self = .int16(value.i16)
        case AMQP_FIELD_KIND_U16: self = .uint16(value.u16)
        case AMQP_FIELD_KIND_I32: self = .int32(value.i32)
        case AMQP_FIELD_KIND_U32: self = .uint32(value.u32)
        case AMQP_FIELD_KIND_I64: self = .int64(value.i64)
        case AMQP_FIELD_KIND_U64: self = .uint64(value.u64)
        case AMQP_FIELD_KIND_F32: self = .float(value.f32)
        case AMQP_FIELD_KIND_F64: self = .double(value.f64)
        case AMQP_FIELD_KIND_DECIMAL: self = .decimal(scale: value.decimal.decimals, value: value.decimal.value)
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(value.u64)
        case AMQP_FIELD_KIND_BYTES: self = .bytes([UInt8](value.bytes))
        case AMQP_FIELD_KIND_UTF8:
            let raw = UnsafeRawBufferPointer(value.bytes)
            if let text = String(validating: raw, as: UTF8.self) {
                self = .string(text)
            } else {
                self = .bytes([UInt8](raw))
            }
        case AMQP_FIELD_KIND_ARRAY: self = .array(try Self.array(from: value.array, depth: depth + 1))
        case AMQP_FIELD_KIND_TABLE: self = .table(try Self.table(from: value.table, depth: depth + 1))
        // The library refuses a frame with any other kind before it comes here.
        default: self = .null
        }
    }
}

extension UnsafeRawBufferPointer {
    init(_ bytes: amqp_bytes_t) {
        self.init(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len)
    }
}

extension String {
    /// Text from the wire; what is not UTF-8 becomes U+FFFD.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(bytes))
    }
}
