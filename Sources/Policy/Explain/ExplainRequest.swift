import FoundationEssentials
public import Messaging

/// A line of `switchboard explain`: a send request, which may also carry `app`, `class` and `purpose`.
public struct ExplainRequest: Sendable {
    /// The message, with its body as its text. Its app counts as trusted.
    public let candidate: Candidate

    /// What a line without them is judged as. Both classes obey the same opt-outs; the routing key that would tell is
    /// missing.
    private static let app = "explain"
    private static let purpose = "explain"
    private static let messageClass = MessageClass.transactional

    private struct Origin: Decodable {
        let app: String?
        let `class`: String?
        let purpose: String?
    }

    /// Reads one line.
    ///
    /// - Throws: ``RequestProblem`` that names the field; `request` for a line that is no JSON object.
    public init(json line: [UInt8]) throws(RequestProblem) {
        guard line.count <= SendRequest.maximumSize else {
            throw RequestProblem(
                field: "request", problem: "has \(line.count) bytes; at most \(SendRequest.maximumSize) are read")
        }
        let origin = try Self.origin(line)
        guard let members = JSONMembers(line) else {
            throw RequestProblem(field: "request", problem: "is not a JSON object")
        }
        let request = try SendRequest(json: members.object(without: ["app", "class", "purpose"]))
        candidate = Candidate(
            request: request, text: request.body, app: try Self.word(origin.app, field: "app") ?? Self.app,
            messageClass: try Self.messageClass(origin.class) ?? Self.messageClass,
            purpose: try Self.word(origin.purpose, field: "purpose") ?? Self.purpose, isTrusted: true)
    }

    /// Decoding validates the whole line, so that its members can be told apart afterwards.
    private static func origin(_ line: [UInt8]) throws(RequestProblem) -> Origin {
        do {
            return try JSONDecoder().decode(Origin.self, from: Data(line))
        } catch DecodingError.typeMismatch(_, let context) {
            guard let field = context.codingPath.first?.stringValue else {
                throw RequestProblem(field: "request", problem: "is not a JSON object")
            }
            throw RequestProblem(field: field, problem: "is not a string")
        } catch {
            throw RequestProblem(field: "request", problem: "is not JSON in UTF-8")
        }
    }

    private static func word(_ text: String?, field: String) throws(RequestProblem) -> String? {
        guard let text else { return nil }
        guard isRoutingWord(text) else {
            throw RequestProblem(field: field, problem: "is not 1 to 32 of a-z, 0-9 and -")
        }
        return text
    }

    private static func messageClass(_ text: String?) throws(RequestProblem) -> MessageClass? {
        guard let text else { return nil }
        guard let messageClass = MessageClass(rawValue: text) else {
            throw RequestProblem(
                field: "class", problem: "is none of \(MessageClass.allCases.map(\.rawValue).joined(separator: " "))")
        }
        return messageClass
    }
}
