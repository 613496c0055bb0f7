/// The fields of an `application/x-www-form-urlencoded` body or query, in their order, with duplicates.
public struct FormFields: Sendable, Equatable {
    /// The largest form that is read, in bytes.
    public static let maximumBytes = 64 * 1024
    /// The most fields that are read.
    public static let maximumCount = 1000

    /// One field.
    public struct Field: Sendable, Equatable {
        /// Its name, decoded.
        public let name: String
        /// Its value, decoded; empty where the form gives none.
        public let value: String

        /// A name and its value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        /// Whether names and values agree byte by byte; Swift's own comparison of strings is looser.
        public static func == (one: Field, other: Field) -> Bool {
            one.name.utf8.elementsEqual(other.name.utf8) && one.value.utf8.elementsEqual(other.value.utf8)
        }
    }

    /// The fields as they came.
    public private(set) var fields: [Field] = []

    /// Fields that were not read from a form.
    public init(_ fields: [Field]) {
        self.fields = fields
    }

    /// Reads a form (WHATWG URL, section 5.1), but strictly: what is no valid percent-encoding of UTF-8 is refused
    /// instead of being repaired, because a repaired value would not be the one that was signed.
    ///
    /// - Throws: ``WebhookProblem`` that names the field, or its place where the name is not plain.
    public init(parsing bytes: [UInt8], of whole: String = "body") throws(WebhookProblem) {
        guard bytes.count <= Self.maximumBytes else {
            throw WebhookProblem(field: whole, problem: "has more than \(Self.maximumBytes) bytes")
        }
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.endIndex
            if end > start {
                guard fields.count < Self.maximumCount else {
                    throw WebhookProblem(field: whole, problem: "has more than \(Self.maximumCount) fields")
                }
                fields.append(try Self.field(bytes[start..<end], number: fields.count + 1, of: whole))
            }
            start = end + 1
        }
    }

    /// Reads the query of a URL, without its question mark.
    ///
    /// - Throws: ``WebhookProblem`` that names the field.
    public init(query: String) throws(WebhookProblem) {
        try self.init(parsing: Array(query.utf8), of: "query")
    }

    /// The first value of a name.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func field(_ piece: ArraySlice<UInt8>, number: Int, of whole: String) throws(WebhookProblem) -> Field
    {
        let separator = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
        guard let name = decoded(piece[..<separator]) else {
            throw WebhookProblem(
                field: "\(whole) field \(number)", problem: "has a name that is not percent-encoded UTF-8")
        }
        guard let value = decoded(piece[separator...].dropFirst()) else {
            let shown = isPlain(name) ? name : "\(whole) field \(number)"
            throw WebhookProblem(field: shown, problem: "is not percent-encoded UTF-8")
        }
        return Field(name, value)
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(validating: bytes, as: UTF8.self)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard bytes.endIndex - index > 2, let high = hexadecimalValue(bytes[index + 1]),
                    let low = hexadecimalValue(bytes[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 2
            case let byte:
                result.append(byte)
            }
            index += 1
        }
        return String(validating: result, as: UTF8.self)
    }

    /// Whether a name from outside may stand in a log: parameters are plain words, addresses and texts are not.
    private static func isPlain(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.first?.isLetter == true
            && name.utf8.allSatisfy { isUnreserved($0) && $0 != UInt8(ascii: "~") }
    }
}

/// The value of a hexadecimal digit; nil for any other byte.
func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}
