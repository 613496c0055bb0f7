import ArgumentParser
import FoundationEssentials
import Messaging
import Twilio

/// `switchboard signature`: why a callback was refused.
struct SignatureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signature",
        abstract: "Checks webhook signatures, one JSON line each, and says what matched or why nothing did.",
        discussion: """
            {"method": "POST", "url": …, "contentType": …, "params": [[name, value], …] or "body": …, "signature": …,
            "tokens": […]}. Without tokens the configured ones are tried. Prints {"valid": true, "matched": "as is"}.
            """)

    func run() async throws {
        var configured: [String]?
        for line in InputLines() where !line.isEmpty {
            var json = JSONText()
            do {
                let question = try SignatureQuestion(line)
                if question.tokens == nil, configured == nil { configured = try configuredTokens() }
                question.verdict(configured: configured ?? []).write(to: &json)
            } catch let problem as RequestProblem {
                json.object { json in
                    json.value("valid", false)
                    json.value("reason", problem.description)
                }
            }
            printLine(json.bytes)
        }
    }

    private func configuredTokens() throws -> [String] {
        do {
            return try Settings(environment: ProcessInfo.processInfo.environment)
                .accounts.values.flatMap(\.account.authTokens)
        } catch {
            complain(error.description)
            throw ExitCode.wrongConfiguration
        }
    }
}

/// One line of input.
struct SignatureQuestion {
    let method: String
    let url: String
    let contentType: String?
    let params: [FormFields.Field]?
    let body: [UInt8]
    let signature: String?
    let tokens: [String]?

    /// - Throws: ``RequestProblem`` that names the field.
    init(_ line: [UInt8]) throws(RequestProblem) {
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(line))
        } catch {
            throw RequestProblem(field: "line", problem: "is not a JSON object of the documented form")
        }
        guard let url = wire.url else { throw RequestProblem(field: "url", problem: "is missing") }
        self.url = url
        method = wire.method ?? "POST"
        contentType = wire.contentType
        signature = wire.signature
        tokens = wire.tokens
        body = Array((wire.body ?? "").utf8)
        var fields: [FormFields.Field] = []
        for (index, pair) in (wire.params ?? []).enumerated() {
            guard pair.count == 2, let name = pair[0] else {
                throw RequestProblem(field: "params[\(index)]", problem: "is not [name, value]")
            }
            fields.append(FormFields.Field(name, pair[1] ?? ""))
        }
        params = wire.params == nil ? nil : fields
    }

    private struct Wire: Decodable {
        var method: String?
        var url: String?
        var contentType: String?
        var params: [[String?]]?
        var body: String?
        var signature: String?
        var tokens: [String]?
    }

    func verdict(configured: [String]) -> WebhookSignature.Verdict {
        let live = tokens ?? configured
        if let params {
            return WebhookSignature.verify(url: url, params: params, signature: signature, tokens: live)
        }
        return WebhookSignature.verify(
            method: method, url: url, contentType: contentType, body: body, signature: signature, tokens: live)
    }
}

extension WebhookSignature.Verdict {
    fileprivate func write(to json: inout JSONText) {
        json.object { json in
            switch self {
            case .valid(let matched):
                json.value("valid", true)
                json.value("matched", matched)
            case .invalid(let reason):
                json.value("valid", false)
                json.value("reason", reason.rawValue)
            }
        }
    }
}
