import GRDBSQLite

/// Gives a statement its values, in their order.
struct Parameters {
    private let handle: OpaquePointer
    private let values: BoundValues
    private var index: Int32 = 0
    private(set) var code: Int32 = SQLITE_OK

    init(handle: OpaquePointer, values: BoundValues) {
        self.handle = handle
        self.values = values
        values.removeAll()
    }

    mutating func integer(_ value: Int64?) {
        guard let value else { return null() }
        index += 1
        note(sqlite3_bind_int64(handle, index, value))
    }

    mutating func integer(_ value: Int?) { integer(value.map(Int64.init)) }

    /// The length is given, so a NUL in a text from outside does not end it.
    mutating func text(_ value: String?) {
        guard var value else { return null() }
        index += 1
        let code = value.withUTF8 { utf8 in
            let count = Int32(clamping: utf8.count)
            guard let place = values.keep(UnsafeRawBufferPointer(utf8)) else {
                return utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, count, copied)
                }
            }
            return place.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                sqlite3_bind_text(handle, index, $0, count, nil)
            }
        }
        note(code)
    }

    mutating func blob(_ value: [UInt8]?) {
        guard let value else { return null() }
        index += 1
        let code = value.withUnsafeBytes { bytes in
            let count = Int32(clamping: bytes.count)
            guard let place = values.keep(bytes) else {
                return sqlite3_bind_blob(handle, index, bytes.baseAddress, count, copied)
            }
            return sqlite3_bind_blob(handle, index, place, count, nil)
        }
        note(code)
    }

    private mutating func null() {
        index += 1
        note(sqlite3_bind_null(handle, index))
    }

    private mutating func note(_ code: Int32) {
        if self.code == SQLITE_OK { self.code = code }
    }

    /// SQLITE_TRANSIENT, a macro with a cast that the importer leaves out: SQLite copies the value before it returns.
    private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
