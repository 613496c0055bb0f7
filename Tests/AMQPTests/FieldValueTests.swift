private import CRabbitMQ
import Testing

@testable import AMQP

@Suite("Field values") struct FieldValueTests {
    static let everyType: [String: FieldValue] = [
        "null": .null, "true": .bool(true), "false": .bool(false), "int8": .int8(.min), "uint8": .uint8(.max),
        "int16": .int16(.min), "uint16": .uint16(.max), "int32": .int32(.min), "uint32": .uint32(.max),
        "int64": .int64(.min), "uint64": .uint64(.max), "float": .float(1.5), "double": .double(-2.25e300),
        "decimal": .decimal(scale: 2, value: 4_294_967_295), "string": .string("Grüße 🙂"), "empty": .string(""),
        "bytes": .bytes([0, 255, 128]), "no bytes": .bytes([]), "timestamp": .timestamp(1_700_000_000),
        "array": .array([.int32(1), .string("two"), .array([]), .null]), "no table": .table([:]),
        "table": .table(["a": .table(["b": .array([.table(["c": .bool(true)])])])]),
        String(repeating: "k", count: 255): .string("long key"), "": .string("empty key"),
    ]

    /// Through the library's encoder and decoder.
    private func roundTrip(_ table: [String: FieldValue]) throws -> [String: FieldValue] {
        let arena = WireArena()
        var wire = try arena.table(table)
        let buffer = try arena.scratch(1 << 20)
        var length = 0
        try #require(amqp_encode_table(buffer, &wire, &length) == 0)
        var pool = amqp_pool_t()
        init_amqp_pool(&pool, 4096)
        defer { empty_amqp_pool(&pool) }
        var decoded = amqp_table_t()
        var offset = 0
        try #require(
            amqp_decode_table(amqp_bytes_t(len: length, bytes: buffer.bytes), &pool, &decoded, &offset) == 0)
        return try FieldValue.table(from: decoded)
    }

    @Test("every type survives the wire") func roundTrip() throws {
        #expect(try roundTrip(Self.everyType) == Self.everyType)
    }

    @Test("the depth that is allowed survives, one more is refused on both sides") func depth() throws {
        func nested(_ levels: Int) -> [String: FieldValue] {
            var table: [String: FieldValue] = ["leaf": .int8(1)]
            for _ in 1..<levels { table = ["t": .table(table)] }
            return table
        }
        #expect(try roundTrip(nested(FieldValue.maximumDepth)) == nested(FieldValue.maximumDepth))
        #expect(throws: AMQPError.self) { try WireArena().table(nested(FieldValue.maximumDepth + 1)) }
    }

    @Test("numbers of every width are read as integers, others are not") func integers() {
        #expect(FieldValue.int8(-1).integer == -1)
        #expect(FieldValue.uint16(7).integer == 7)
        #expect(FieldValue.int64(.max).integer == .max)
        #expect(FieldValue.uint64(.max).integer == nil)
        #expect(FieldValue.string("7").integer == nil)
        #expect(FieldValue.bytes([55]).string == nil)
        #expect(FieldValue.string("x").string == "x")
    }
}
