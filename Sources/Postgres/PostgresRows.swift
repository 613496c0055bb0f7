/// What a statement answered.
public struct PostgresRows: Sendable {
    /// The rows, in their order.
    public var rows: [PostgresRow] = []
    /// How many rows the statement changed or gave.
    public var count = 0

    /// No rows.
    public init() {}

    /// The first row; nil without any.
    public var first: PostgresRow? { rows.first }
}

/// One row of an answer. Each column is read as the type that is expected there.
public struct PostgresRow: Sendable {
    private let columns: [PostgresValue]

    init(_ columns: [PostgresValue]) {
        self.columns = columns
    }

    private static let mismatch = PostgresError(.unexpectedValue)

    private func column(_ index: Int) throws(PostgresError) -> PostgresValue {
        guard columns.indices.contains(index) else { throw Self.mismatch }
        return columns[index]
    }

    /// Whether a column is NULL.
    public func isNull(_ index: Int) throws(PostgresError) -> Bool { try column(index) == .null }

    /// An integer, or nil for NULL.
    public func optionalInteger(_ index: Int) throws(PostgresError) -> Int64? {
        switch try column(index) {
        case .null: return nil
        case .integer(let value): return value
        default: throw Self.mismatch
        }
    }

    /// An integer that is not NULL.
    public func integer(_ index: Int) throws(PostgresError) -> Int64 {
        guard let value = try optionalInteger(index) else { throw Self.mismatch }
        return value
    }

    /// A boolean that is not NULL.
    public func boolean(_ index: Int) throws(PostgresError) -> Bool {
        guard case .boolean(let value) = try column(index) else { throw Self.mismatch }
        return value
    }

    /// A text, or nil for NULL.
    public func optionalText(_ index: Int) throws(PostgresError) -> String? {
        switch try column(index) {
        case .null: return nil
        case .text(let value): return value
        default: throw Self.mismatch
        }
    }

    /// A text that is not NULL.
    public func text(_ index: Int) throws(PostgresError) -> String {
        guard let value = try optionalText(index) else { throw Self.mismatch }
        return value
    }

    /// Bytes, or nil for NULL.
    public func optionalBytes(_ index: Int) throws(PostgresError) -> [UInt8]? {
        switch try column(index) {
        case .null: return nil
        case .bytes(let value): return value
        default: throw Self.mismatch
        }
    }
}
