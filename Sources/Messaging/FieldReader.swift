import FoundationEssentials

/// Reads the fields of one JSON object strictly: a field that nobody asked for is refused, and every problem names its
/// path. A field that is null counts as absent.
struct FieldReader {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let container: KeyedDecodingContainer<Name>
    private let prefix: String

    init(_ decoder: any Decoder, path: String, fields: Set<String>) throws(RequestProblem) {
        prefix = path.isEmpty ? "" : path + "."
        do {
            container = try decoder.container(keyedBy: Name.self)
        } catch {
            throw RequestProblem(field: path.isEmpty ? "request" : path, problem: "is not a JSON object")
        }
        for key in container.allKeys where !fields.contains(key.stringValue) {
            throw RequestProblem(
                field: prefix + Self.shown(key.stringValue), problem: "is not a field of a send request")
        }
    }

    /// A name from outside, shortened and without control characters, so that it can stand in an event.
    private static func shown(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(40).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    func path(_ name: String) -> String { prefix + name }

    func string(_ name: String) throws(RequestProblem) -> String? {
        try value(name, as: String.self, kind: "a string")
    }

    func bool(_ name: String) throws(RequestProblem) -> Bool? {
        try value(name, as: Bool.self, kind: "true or false")
    }

    func strings(_ name: String) throws(RequestProblem) -> [String]? {
        try value(name, as: [String].self, kind: "an array of strings")
    }

    func stringMap(_ name: String) throws(RequestProblem) -> [String: String]? {
        try value(name, as: [String: String].self, kind: "an object whose values are strings")
    }

    func instant(_ name: String) throws(RequestProblem) -> Date? {
        guard let text = try string(name) else { return nil }
        guard let instant = parseRFC3339(text) else {
            throw RequestProblem(field: path(name), problem: "is not an RFC 3339 instant such as 2026-11-21T15:00:00Z")
        }
        return instant
    }

    /// The object under `name`, read by `body`.
    func object<Value>(
        _ name: String, fields: Set<String>, _ body: (FieldReader) throws(RequestProblem) -> Value
    ) throws(RequestProblem) -> Value? {
        guard isPresent(name) else { return nil }
        let decoder: any Decoder
        do {
            decoder = try container.superDecoder(forKey: Name(name))
        } catch {
            throw RequestProblem(field: path(name), problem: "is not a JSON object")
        }
        return try body(FieldReader(decoder, path: path(name), fields: fields))
    }

    private func isPresent(_ name: String) -> Bool {
        container.contains(Name(name)) && (try? container.decodeNil(forKey: Name(name))) != true
    }

    private func value<Value: Decodable>(
        _ name: String, as type: Value.Type, kind: String
    ) throws(RequestProblem) -> Value? {
        do {
            return try container.decodeIfPresent(type, forKey: Name(name))
        } catch {
            throw RequestProblem(field: path(name), problem: "is not \(kind)")
        }
    }
}
