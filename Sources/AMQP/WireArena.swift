internal import CRabbitMQ

/// Memory for one call into librabbitmq: Swift values copied into the library's own structures, which stay valid until
/// ``recycle()``.
final class WireArena {
    private let pool: UnsafeMutablePointer<amqp_pool_t>
    private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init() {
        pool = .allocate(capacity: 1)
        pool.initialize(to: amqp_pool_t())
        init_amqp_pool(pool, 16 << 10)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
        scratch.deallocate()
    }

    /// A buffer whose content nobody needs; the same one each time.
    func scratch(_ size: Int) throws(AMQPError) -> amqp_bytes_t {
        if scratch.count < size {
            scratch.deallocate()
            scratch = .allocate(byteCount: size, alignment: 16)
        }
        return amqp_bytes_t(len: max(0, size), bytes: scratch.baseAddress)
    }

    func recycle() {
        recycle_amqp_pool(pool)
    }

    func bytes(_ text: String) throws(AMQPError) -> amqp_bytes_t {
        var text = text
        let copy = try allocate(UInt8.self, count: text.utf8.count)
        text.withUTF8 { utf8 in
            if let from = utf8.baseAddress { copy.update(from: from, count: utf8.count) }
        }
        return amqp_bytes_t(len: text.utf8.count, bytes: copy)
    }

    func bytes(_ bytes: [UInt8]) throws(AMQPError) -> amqp_bytes_t {
        let copy = try allocate(UInt8.self, count: bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            if let from = bytes.baseAddress { copy.update(from: from, count: bytes.count) }
        }
        return amqp_bytes_t(len: bytes.count, bytes: copy)
    }

    /// A string of at most 255 bytes; the library would truncate the length of a longer table key and send garbage.
    func shortString(_ text: String, _ field: @autoclosure () -> String) throws(AMQPError) -> amqp_bytes_t {
        guard text.utf8.count <= 255 else {
            throw AMQPError(.invalidMessage, "\(field()) is longer than 255 bytes")
        }
        return try bytes(text)
    }

    func table(_ table: [String: FieldValue], depth: Int = 1) throws(AMQPError) -> amqp_table_t {
        try Self.checkDepth(depth)
        guard !table.isEmpty else { return amqp_table_t(num_entries: 0, entries: nil) }
        let entries = try allocate(amqp_table_entry_t.self, count: table.count)
        var index = 0
        for (key, value) in table {
            let entry = amqp_table_entry_t(
                key: try shortString(key, "a header's name"), value: try fieldValue(value, depth: depth))
            (entries + index).initialize(to: entry)
            index += 1
        }
        return amqp_table_t(num_entries: Int32(clamping: table.count), entries: entries)
    }

    private func array(_ array: [FieldValue], depth: Int) throws(AMQPError) -> amqp_array_t {
        try Self.checkDepth(depth)
        guard !array.isEmpty else { return amqp_array_t(num_entries: 0, entries: nil) }
        let entries = try allocate(amqp_field_value_t.self, count: array.count)
        for (index, value) in array.enumerated() {
            (entries + index).initialize(to: try fieldValue(value, depth: depth))
        }
        return amqp_array_t(num_entries: Int32(clamping: array.count), entries: entries)
    }

    private static func checkDepth(_ depth: Int) throws(AMQPError) {
        guard depth <= FieldValue.maximumDepth else {
            throw AMQPError(.invalidMessage, "headers are nested deeper than \(FieldValue.maximumDepth)")
        }
    }

    private func fieldValue(_ value: FieldValue, depth: Int) throws(AMQPError) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        field.kind = value.kind
        switch value {
        case .null: break
        case .bool(let value): field.value.boolean = value ? 1 : 0
        case .int8(let value): field.value.i8 = value
        case .uint8(let value): field.value.u8 = value
        case .int16(let value): field.value.i16 = value
        case .uint16(let value): field.value.u16 = value
        case .int32(let value): field.value.i32 = value
        case .uint32(let value): field.value.u32 = value
        case .int64(let value): field.value.i64 = value
        case .uint64(let value), .timestamp(let value): field.value.u64 = value
        case .float(let value): field.value.f32 = value
        case .double(let value): field.value.f64 = value
        case .decimal(let scale, let value): field.value.decimal = amqp_decimal_t(decimals: scale, value: value)
        case .string(let text): field.value.bytes = try bytes(text)
        case .bytes(let value): field.value.bytes = try bytes(value)
        case .array(let values): field.value.array = try array(values, depth: depth + 1)
        case .table(let values): field.value.table = try table(values, depth: depth + 1)
        }
        return field
    }

    private func allocate<T>(_ type: T.Type, count: Int) throws(AMQPError) -> UnsafeMutablePointer<T> {
        // The pool answers a request for nothing with nil.
        guard let memory = amqp_pool_alloc(pool, max(1, count) * MemoryLayout<T>.stride) else {
            throw AMQPError(.limit, "no memory to encode")
        }
        return memory.bindMemory(to: type, capacity: count)
    }
}

extension FieldValue {
    /// The type's letter on the wire.
    fileprivate var kind: UInt8 {
        let kind =
            switch self {
            case .null: AMQP_FIELD_KIND_VOID
            case .bool: AMQP_FIELD_KIND_BOOLEAN
            case .int8: AMQP_FIELD_KIND_I8
            case .uint8: AMQP_FIELD_KIND_U8
            case .int16: AMQP_FIELD_KIND_I16
            case .uint16: AMQP_FIELD_KIND_U16
            case .int32: AMQP_FIELD_KIND_I32
            case .uint32: AMQP_FIELD_KIND_U32
            case .int64: AMQP_FIELD_KIND_I64
            case .uint64: AMQP_FIELD_KIND_U64
            case .float: AMQP_FIELD_KIND_F32
            case .double: AMQP_FIELD_KIND_F64
            case .decimal: AMQP_FIELD_KIND_DECIMAL
            case .string: AMQP_FIELD_KIND_UTF8
            case .bytes: AMQP_FIELD_KIND_BYTES
            case .timestamp: AMQP_FIELD_KIND_TIMESTAMP
            case .array: AMQP_FIELD_KIND_ARRAY
            case .table: AMQP_FIELD_KIND_TABLE
            }
        return UInt8(truncatingIfNeeded: kind.rawValue)
    }
}
