/// Reads JSON (RFC 8259) as it goes, strictly: a member that nobody asked for or that stands twice is refused, and every
/// problem names its path.
///
/// A request is read for every message; Foundation's decoder takes ten times as long for it (a tenth of all that a
/// message costs, measured), and silently takes one of two members of the same name.
struct JSONScanner {
    /// How deep values may be nested; a send request needs three levels.
    private static let maximumDepth = 32

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    static let notJSON = RequestProblem(field: "request", problem: "is not JSON in UTF-8")

    /// Reads an object whose members `member` reads, one value each.
    mutating func object(
        _ path: String, _ member: (_ name: String, inout JSONScanner) throws(RequestProblem) -> Void
    ) throws(RequestProblem) {
        guard try peek() == UInt8(ascii: "{") else {
            try refuse(path.isEmpty ? "request" : path, "is not a JSON object")
        }
        try descend()
        var names = MemberNames()
        if try peek() != UInt8(ascii: "}") {
            repeat {
                guard try peek() == UInt8(ascii: "\"") else { throw Self.notJSON }
                let name = try text()
                guard names.insert(name) else {
                    throw RequestProblem(field: Self.join(path, name), problem: "stands twice")
                }
                try expect(UInt8(ascii: ":"))
                try member(name, &self)
            } while try proceed(UInt8(ascii: "}"))
        } else {
            index += 1
        }
        depth -= 1
    }

    /// A string; nil for null.
    mutating func string(_ path: String) throws(RequestProblem) -> String? {
        switch try peek() {
        case UInt8(ascii: "\""): return try text()
        case UInt8(ascii: "n"):
            try literal("null")
            return nil
        default: try refuse(path, "is not a string")
        }
    }

    /// True or false; nil for null.
    mutating func bool(_ path: String) throws(RequestProblem) -> Bool? {
        switch try peek() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        case UInt8(ascii: "n"):
            try literal("null")
            return nil
        default: try refuse(path, "is not true or false")
        }
    }

    /// An array of strings; nil for null.
    mutating func strings(_ path: String) throws(RequestProblem) -> [String]? {
        if try isNull() { return nil }
        guard try peek() == UInt8(ascii: "[") else { try refuse(path, "is not an array of strings") }
        try descend()
        var texts: [String] = []
        if try peek() != UInt8(ascii: "]") {
            repeat {
                guard try peek() == UInt8(ascii: "\"") else { try refuse(path, "is not an array of strings") }
                texts.append(try text())
            } while try proceed(UInt8(ascii: "]"))
        } else {
            index += 1
        }
        depth -= 1
        return texts
    }

    /// An object whose values are strings; nil for null.
    mutating func stringMap(_ path: String) throws(RequestProblem) -> [String: String]? {
        if try isNull() { return nil }
        let kind = "is not an object whose values are strings"
        guard try peek() == UInt8(ascii: "{") else { try refuse(path, kind) }
        var map: [String: String] = [:]
        try object(path) { (name, scanner) throws(RequestProblem) in
            guard try scanner.peek() == UInt8(ascii: "\"") else { try scanner.refuse(path, kind) }
            map[name] = try scanner.text()
        }
        return map
    }

    /// Takes a null, if there is one.
    mutating func isNull() throws(RequestProblem) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// Passes over any value.
    mutating func skip() throws(RequestProblem) {
        switch try peek() {
        case UInt8(ascii: "{"): try object("") { (_, scanner) throws(RequestProblem) in try scanner.skip() }
        case UInt8(ascii: "["):
            try descend()
            if try peek() != UInt8(ascii: "]") {
                repeat { try skip() } while try proceed(UInt8(ascii: "]"))
            } else {
                index += 1
            }
            depth -= 1
        case UInt8(ascii: "\""): _ = try text()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try number()
        }
    }

    /// Nothing but white space may follow.
    mutating func finish() throws(RequestProblem) {
        skipSpace()
        guard index == bytes.count else { throw Self.notJSON }
    }

    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? shown(name) : "\(path).\(shown(name))"
    }

    /// A name from outside, shortened and without control characters, so that it can stand in an event.
    private static func shown(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(40).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    // MARK: Tokens

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func peek() throws(RequestProblem) -> UInt8 {
        skipSpace()
        guard index < bytes.count else { throw Self.notJSON }
        return bytes[index]
    }

    private mutating func expect(_ byte: UInt8) throws(RequestProblem) {
        guard try peek() == byte else { throw Self.notJSON }
        index += 1
    }

    private mutating func descend() throws(RequestProblem) {
        index += 1
        depth += 1
        guard depth <= Self.maximumDepth else { throw Self.notJSON }
    }

    /// After a member or an element: whether another follows.
    private mutating func proceed(_ end: UInt8) throws(RequestProblem) -> Bool {
        let byte = try peek()
        index += 1
        if byte == end { return false }
        guard byte == UInt8(ascii: ",") else { throw Self.notJSON }
        return true
    }

    private mutating func literal(_ word: StaticString) throws(RequestProblem) {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[index..<end].elementsEqual(String(describing: word).utf8) else {
            throw Self.notJSON
        }
        index = end
    }

    /// A value of another kind: a problem of the field where it is JSON, else of the whole.
    private mutating func refuse(_ path: String, _ problem: String) throws(RequestProblem) -> Never {
        try skip()
        throw RequestProblem(field: path, problem: problem)
    }

    private mutating func number() throws(RequestProblem) {
        func isDigit(_ position: Int) -> Bool { position < bytes.count && (0x30...0x39).contains(bytes[position]) }
        var end = index
        func digits() -> Bool {
            guard isDigit(end) else { return false }
            while isDigit(end) { end += 1 }
            return true
        }
        if bytes[end] == UInt8(ascii: "-") { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: "0") {
            end += 1
        } else {
            guard digits() else { throw Self.notJSON }
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            end += 1
            guard digits() else { throw Self.notJSON }
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: "e") || bytes[end] == UInt8(ascii: "E") {
            end += 1
            if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") { end += 1 }
            guard digits() else { throw Self.notJSON }
        }
        index = end
    }

    /// A string, at its opening quotation mark.
    private mutating func text() throws(RequestProblem) -> String {
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\"),
            bytes[index] >= 0x20
        {
            index += 1
        }
        guard index < bytes.count, bytes[index] >= 0x20 else { throw Self.notJSON }
        if bytes[index] == UInt8(ascii: "\"") {
            defer { index += 1 }
            guard let text = String(validating: bytes[start..<index], as: UTF8.self) else { throw Self.notJSON }
            return text
        }
        return try escapedText(from: start)
    }

    private mutating func escapedText(from start: Int) throws(RequestProblem) -> String {
        var content = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else { throw Self.notJSON }
                return text
            case UInt8(ascii: "\\"): try escape(&content)
            case 0..<0x20: throw Self.notJSON
            default: content.append(byte)
            }
        }
        throw Self.notJSON
    }

    private mutating func escape(_ content: inout [UInt8]) throws(RequestProblem) {
        guard index < bytes.count else { throw Self.notJSON }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var value = try fourDigits()
            if (0xD800...0xDBFF).contains(value) {
                // The other half of a surrogate pair must follow.
                guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
                else { throw Self.notJSON }
                index += 2
                let low = try fourDigits()
                guard (0xDC00...0xDFFF).contains(low) else { throw Self.notJSON }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw Self.notJSON }
            content.append(contentsOf: String(Character(scalar)).utf8)
        default: throw Self.notJSON
        }
    }

    private mutating func fourDigits() throws(RequestProblem) -> UInt32 {
        guard index + 4 <= bytes.count else { throw Self.notJSON }
        var value: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x61 + 10)
            default: throw Self.notJSON
            }
        }
        index += 4
        return value
    }
}

/// The names of an object's members: looked through one by one while there are few, as in every honest request.
private struct MemberNames {
    private var few: [String] = []
    private var many: Set<String> = []

    /// - Returns: whether it was not there before.
    mutating func insert(_ name: String) -> Bool {
        if !many.isEmpty { return many.insert(name).inserted }
        guard !few.contains(name) else { return false }
        few.append(name)
        if few.count > 16 { many = Set(few) }
        return true
    }
}
