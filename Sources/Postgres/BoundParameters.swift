/// A query's values in the protocol's binary form, one after the other.
struct BoundParameters {
    private var bytes: [UInt8] = []
    /// Where each value begins; nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []

    /// The values of one query, in bytes. The server takes a gigabyte; nothing that is sent here comes near.
    private static let limit = 64 << 20

    init(_ query: PostgresQuery) throws(PostgresError) {
        guard query.values.count == query.statement.parameters.count else {
            throw PostgresError(.invalidParameter, detail: "there are not as many values as parameters")
        }
        for (value, type) in zip(query.values, query.statement.parameters) {
            let start = bytes.count
            try append(value, as: type)
            guard bytes.count <= Self.limit else { throw PostgresError(.invalidParameter, detail: "too large") }
            let isNull = value == .null
            starts.append(isNull ? nil : start)
            lengths.append(Int32(bytes.count - start))
        }
        // An empty array has no address, and a value without one would be NULL.
        if bytes.isEmpty { bytes.append(0) }
    }

    private mutating func append(_ value: PostgresValue, as type: PostgresType) throws(PostgresError) {
        switch (value, type) {
        case (.null, _): break
        case (.integer(let value), .integer): append(value)
        case (.boolean(let value), .boolean): bytes.append(value ? 1 : 0)
        case (.text(let text), .text): try append(text)
        case (.bytes(let value), .bytes): bytes.append(contentsOf: value)
        case (.texts(let texts), .texts): try append(texts)
        default: throw PostgresError(.invalidParameter, detail: "it is not of its parameter's type")
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ text: String) throws(PostgresError) {
        guard !text.utf8.contains(0) else { throw PostgresError(.invalidParameter, detail: "it holds a zero byte") }
        bytes.append(contentsOf: text.utf8)
    }

    /// An array's binary form: dimensions, whether there are NULLs, the type of the elements; for each dimension its
    /// size and first index; then each element with its length before it.
    private mutating func append(_ texts: [String]) throws(PostgresError) {
        append(Int32(texts.isEmpty ? 0 : 1))
        append(Int32(0))
        append(PostgresType.text.rawValue)
        guard !texts.isEmpty else { return }
        append(Int32(clamping: texts.count))
        append(Int32(1))
        for text in texts {
            append(Int32(clamping: text.utf8.count))
            try append(text)
        }
    }

    /// Calls `body` with what libpq's functions take, while the values stay where they are.
    func withPointers(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Int32
    ) -> Int32 {
        bytes.withUnsafeBytes { memory in
            let base = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { offset in base.map { $0 + offset } } }
            let binary = [Int32](repeating: 1, count: starts.count)
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    binary.withUnsafeBufferPointer { formats in
                        body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
