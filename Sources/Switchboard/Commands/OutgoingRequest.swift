import Foundation
import Glibc
import Messaging

/// A send request that was checked here, before it is published.
struct OutgoingRequest: Sendable {
    let messageID: String
    let json: [UInt8]

    /// - Throws: ``RequestProblem`` that names the field.
    init(json: [UInt8], messageID: String?) throws(RequestProblem) {
        _ = try SendRequest(json: json)
        self.json = json
        self.messageID = messageID ?? "cli-" + UUID().uuidString.lowercased()
    }

    /// Reads the requests of a file; `-` is standard input.
    ///
    /// - Throws: ``RequestProblem`` that names the line and the field.
    static func read(path: String) throws(RequestProblem) -> [OutgoingRequest] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
        guard descriptor >= 0 else {
            throw RequestProblem(field: path, problem: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        let lines = Array(InputLines(descriptor: descriptor))
        if path.lowercased().hasSuffix(".csv") {
            return try CSVRequests(Array(lines.joined(separator: [UInt8(ascii: "\n")]))).requests()
        }
        var requests: [OutgoingRequest] = []
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == UInt8(ascii: " ") }) {
            do {
                requests.append(try fromLine(line))
            } catch {
                throw RequestProblem(field: "line \(index + 1)", problem: error.description)
            }
        }
        return requests
    }

    /// A line may carry `id` beside the request's own fields; what is published does not.
    private static func fromLine(_ line: [UInt8]) throws(RequestProblem) -> OutgoingRequest {
        guard var object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
            throw RequestProblem(field: "request", problem: "is not a JSON object")
        }
        guard let id = object.removeValue(forKey: "id") else { return try OutgoingRequest(json: line, messageID: nil) }
        guard let id = id as? String, isMessageID(id) else {
            throw RequestProblem(field: "id", problem: "is not 1 to 128 of A-Z a-z 0-9 . _ : -")
        }
        guard let json = try? JSONSerialization.data(withJSONObject: object) else {
            throw RequestProblem(field: "request", problem: "is not a JSON object")
        }
        return try OutgoingRequest(json: Array(json), messageID: id)
    }
}
