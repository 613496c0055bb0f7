/// A value in a header table: every type that RabbitMQ knows.
///
/// A table deeper than ``maximumDepth`` is not read and cannot be published: the depth is the sender's choice, and the
/// stack of whoever walks it is not.
public indirect enum FieldValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int8(Int8)
    case uint8(UInt8)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    /// RabbitMQ reads values above `Int64.max` as negative.
    case uint64(UInt64)
    case float(Float)
    case double(Double)
    /// `value` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, value: UInt32)
    /// Text. A received string that is not UTF-8 arrives as ``bytes(_:)``.
    case string(String)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case array([FieldValue])
    case table([String: FieldValue])

    /// How many tables and arrays may stand inside each other, the header table itself counted.
    public static let maximumDepth = 32

    /// The text, if it is text.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if it is a whole number that fits.
    public var integer: Int? {
        switch self {
        case .int8(let value): Int(value)
        case .uint8(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int64(let value): Int(exactly: value)
        case .uint64(let value): Int(exactly: value)
        default: nil
        }
    }
}
