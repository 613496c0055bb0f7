import AMQP
public import ArgumentParser
import EventLoop
import FoundationEssentials
import Glibc
import Logging
public import Messaging
import Topics

/// `switchboard send`: publishes send requests as an app does.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Publishes one send request, or those of a file, and waits for the broker's confirms.",
        discussion: """
            The broker is SWITCHBOARD_AMQP_URL; its user must be the app. A file holds one JSON request per line
            (NDJSON), or is CSV with a header whose columns are fields: to, body, channel, id, metadata.campaign …
            A line's "id" becomes its message_id; without one, a fresh id is made and printed.
            """)

    @Option(help: "The app, as in the routing key.") var app: String
    @Option(name: .customLong("class"), help: "transactional or promotional.") var messageClass: MessageClass
    @Option(help: "The purpose, as in the routing key.") var purpose: String
    @Option(help: "The recipient, +15558675310 or whatsapp:+1….") var to: String?
    @Option(help: "The text.") var body: String?
    @Option(help: "The message_id; a fresh one by default.") var id: String?
    @Option(help: "Not before this RFC 3339 instant.") var sendAt: String?
    @Option(help: "Not after this RFC 3339 instant.") var expiresAt: String?
    @Option(help: "A sender's alias.") var sender: String?
    @Option(help: "An account's alias.") var account: String?
    @Option(help: ArgumentHelp("A pair of the metadata, KEY=VALUE; may stand several times.", valueName: "pair"))
    var metadata: [String] = []
    @Argument(help: "An NDJSON or CSV file of requests; - reads NDJSON from standard input.") var file: String?

    func validate() throws {
        guard isRoutingWord(app) else { throw ValidationError("--app is not 1 to 32 of a-z, 0-9 and hyphens") }
        guard isRoutingWord(purpose) else { throw ValidationError("--purpose is not 1 to 32 of a-z, 0-9 and hyphens") }
        guard (file == nil) != (to == nil) else { throw ValidationError("give either --to or a file") }
        if let id, !isMessageID(id) { throw ValidationError("--id is not 1 to 128 of A-Z a-z 0-9 . _ : -") }
    }

    func run() async throws {
        let requests: [OutgoingRequest]
        do {
            requests = try file.map(OutgoingRequest.read(path:)) ?? [single()]
        } catch let problem as RequestProblem {
            complain(problem.description)
            throw ExitCode.failure
        }
        guard let first = requests.first else { return }
        let (url, options) = try CommandBroker.access(name: "switchboard send")
        let sending = try RequestSending(
            url: url, options: options, routingKey: "\(messageClass.rawValue).\(app).\(purpose)",
            showsProgress: requests.count > 1)
        let failures = await sending.send(requests)
        if requests.count == 1, failures.isEmpty { printLine(first.messageID) }
        for failure in failures.prefix(20) { complain(failure) }
        if failures.count > 20 { complain("and \(failures.count - 20) more") }
        if !failures.isEmpty { throw ExitCode.failure }
    }

    private func single() throws(RequestProblem) -> OutgoingRequest {
        var pairs: [String: String] = [:]
        for pair in metadata {
            guard let equals = pair.firstIndex(of: "=") else {
                throw RequestProblem(field: "--metadata", problem: "is not KEY=VALUE")
            }
            pairs[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        var json = JSONText()
        json.object { json in
            json.value("to", to)
            json.value("body", body)
            json.value("account", account)
            json.value("sender", sender)
            json.value("sendAt", sendAt)
            json.value("expiresAt", expiresAt)
            if !pairs.isEmpty { json.pairs("metadata", pairs) }
        }
        return try OutgoingRequest(json: json.bytes, messageID: id)
    }
}

extension MessageClass: ExpressibleByArgument {}
