internal import CPostgres

/// Reads an answer of libpq's into values.
enum ResultReading {
    /// - Throws: ``PostgresError/Code/malformedAnswer`` when a value's bytes are not those of its column's type.
    static func rows(_ result: OpaquePointer) throws(PostgresError) -> PostgresRows {
        var rows = PostgresRows()
        if let changed = PQcmdTuples(result) { rows.count = Int(String(cString: changed)) ?? 0 }
        let columns = PQnfields(result)
        guard columns > 0 else { return rows }
        let types = (0..<columns).map { PQftype(result, $0) }
        for row in 0..<PQntuples(result) {
            var values: [PostgresValue] = []
            values.reserveCapacity(types.count)
            for column in 0..<columns {
                guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
                    values.append(.null)
                    continue
                }
                let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
                values.append(try value(bytes, type: types[Int(column)]))
            }
            rows.rows.append(PostgresRow(values))
        }
        return rows
    }

    /// The numbers of the types' rows in `pg_type`.
    private static func value(_ bytes: UnsafeRawBufferPointer, type: UInt32) throws(PostgresError) -> PostgresValue {
        switch type {
        case 16:
            guard bytes.count == 1 else { throw malformed }
            return .boolean(bytes[0] != 0)
        case 20: return .integer(try integer(bytes, as: Int64.self))
        case 21: return .integer(Int64(try integer(bytes, as: Int16.self)))
        case 23: return .integer(Int64(try integer(bytes, as: Int32.self)))
        case 19, 25, 1043:
            guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed }
            return .text(text)
        case 2278: return .null
        default: return .bytes(Array(bytes))
        }
    }

    private static let malformed = PostgresError(.malformedAnswer, detail: "a value is not of its column's type")

    private static func integer<Integer: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, as type: Integer.Type
    ) throws(PostgresError) -> Integer {
        guard bytes.count == MemoryLayout<Integer>.size else { throw malformed }
        return Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
    }
}
