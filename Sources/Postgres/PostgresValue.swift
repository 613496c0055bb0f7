/// A value that is sent as a parameter or came as a column.
public enum PostgresValue: Sendable, Equatable {
    /// SQL's NULL.
    case null
    /// `bigint`; columns of the smaller integers too.
    case integer(Int64)
    /// `boolean`.
    case boolean(Bool)
    /// `text`, which holds no zero byte.
    case text(String)
    /// `bytea`; of columns of other types, their binary form.
    case bytes([UInt8])
    /// `text[]`, as a parameter alone.
    case texts([String])
}

extension PostgresValue {
    /// The integer, or NULL.
    public static func integer(_ value: Int64?) -> PostgresValue { value.map { .integer($0) } ?? .null }

    /// The text, or NULL.
    public static func text(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }

    /// The bytes, or NULL.
    public static func bytes(_ value: [UInt8]?) -> PostgresValue { value.map { .bytes($0) } ?? .null }
}

/// The type of a statement's parameter.
public enum PostgresType: UInt32, Sendable {
    /// The numbers are those of the types' rows in `pg_type`, which never change.
    case boolean = 16
    /// `bytea`.
    case bytes = 17
    /// `bigint`.
    case integer = 20
    /// `text`.
    case text = 25
    /// `text[]`.
    case texts = 1009
}

/// A statement that each connection prepares once, when it is first run there.
public struct PostgresStatement: Sendable, Hashable {
    /// One SQL statement, with `$1` and so on for its parameters.
    public let sql: String
    /// The types of its parameters, in their order.
    public let parameters: [PostgresType]

    /// A statement.
    public init(_ sql: String, _ parameters: [PostgresType] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// A statement with its values.
public struct PostgresQuery: Sendable {
    /// What is run.
    public var statement: PostgresStatement
    /// As many as the statement has parameters, of their types.
    public var values: [PostgresValue]

    /// A statement with its values.
    public init(_ statement: PostgresStatement, _ values: [PostgresValue] = []) {
        self.statement = statement
        self.values = values
    }
}
