import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Twilio

@testable import Simulator

let accountSID = "AC0123456789abcdef0123456789abcdef"
let authToken = "the-auth-token"
let keySID = "SK0123456789abcdef0123456789abcdef"
let serviceSID = "MG0123456789abcdef0123456789abcdef"
let from = "+15005550006"
let to = "+15558675310"
let messagesURI = "/2010-04-01/Accounts/\(accountSID)/Messages.json"

/// Time that stands still, waits that end at once unless they are longer than a minute, and ids that count.
final class ScriptedTime: Sendable {
    static let start = Date(timeIntervalSince1970: 1_795_100_000)

    private let waits = Mutex<[Duration]>([])
    private let offset = Mutex<Double>(0)
    private let ids = Atomic<Int>(0)

    /// The waits that were asked for, in order, without those of no length.
    var recordedWaits: [Duration] { waits.withLock { $0 } }

    func advance(bySeconds seconds: Double) { offset.withLock { $0 += seconds } }

    var environment: SimulationEnvironment {
        SimulationEnvironment(
            now: { Self.start.addingTimeInterval(self.offset.withLock { $0 }) },
            sleep: { duration in
                try Task.checkCancellation()
                guard duration > .zero else { return }
                self.waits.withLock { $0.append(duration) }
                guard duration > .seconds(60) else { return }
                // Until the test ends, which cancels it.
                try await Task.sleep(for: .seconds(86_400))
            },
            random: { 0.5 },
            identifier: {
                let digits = String(self.ids.add(1, ordering: .relaxed).newValue, radix: 16)
                return String(repeating: "0", count: 32 - digits.count) + digits
            })
    }
}

/// A transport that records what it is given, and answers as it was told to.
actor RecordingTransport: WebhookTransport {
    private(set) var posts: [WebhookPost] = []
    private var answers: [WebhookAnswer]
    private var waiting: [(count: Int, CheckedContinuation<Void, Never>)] = []

    /// Answers these in order, then 204.
    init(_ answers: [WebhookAnswer] = []) { self.answers = answers }

    func send(_ post: WebhookPost) async -> WebhookAnswer {
        posts.append(post)
        for (count, continuation) in waiting where posts.count >= count { continuation.resume() }
        waiting.removeAll { posts.count >= $0.count }
        return answers.isEmpty ? .answered(status: 204, body: []) : answers.removeFirst()
    }

    /// The forms of the posts, once there are that many.
    func forms(_ count: Int) async throws -> [FormFields] {
        if posts.count < count { await withCheckedContinuation { waiting.append((count, $0)) } }
        return try posts.map { try FormFields(parsing: $0.body) }
    }
}

extension WebhookPost {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// A simulator without sockets, and how to call it.
struct Bench: Sendable {
    let client: any TestClientProtocol
    let exchange: Exchange
    let transport: RecordingTransport
    let time: ScriptedTime

    static func run(
        transport: RecordingTransport = RecordingTransport(),
        configure: (inout Simulator.Configuration) -> Void = { _ in },
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws {
        var configuration = Simulator.Configuration(accounts: [
            Simulator.Account(
                sid: accountSID, authTokens: [authToken, "the-next-token"],
                apiKeys: [Simulator.Account.APIKey(sid: keySID, secret: "key-secret")])
        ])
        configuration.latency = .zero ... .zero
        configuration.inboundURL = "http://127.0.0.1:1/twilio/inbound#rc=0"
        configure(&configuration)
        let time = ScriptedTime()
        let parts = try Simulator.Parts(
            configuration: configuration, environment: time.environment, transport: transport,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await parts.dispatcher.run() }
            try await Application(router: parts.router()).test(.router) { client in
                try await body(Bench(client: client, exchange: parts.exchange, transport: transport, time: time))
            }
            group.cancelAll()
        }
    }

    func call(
        _ method: HTTPRequest.Method, _ uri: String, form: [(String, String)]? = nil,
        credentials: (String, String)? = (accountSID, authToken), headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        if let credentials { headers[.authorization] = basic(credentials) }
        if form != nil, headers[.contentType] == nil { headers[.contentType] = "application/x-www-form-urlencoded" }
        let body = form.map { ByteBuffer(bytes: formBody($0.map { FormFields.Field($0, $1) })) }
        return try await client.execute(uri: uri, method: method, headers: headers, body: body)
    }

    /// Sends a message; `parameters` come before the usual ones.
    func send(_ parameters: (String, String)...) async throws -> TestResponse {
        try await call(.post, messagesURI, form: parameters + [("To", to), ("From", from), ("Body", "Hello")])
    }
}

func basic(_ credentials: (String, String)) -> String {
    "Basic " + Data("\(credentials.0):\(credentials.1)".utf8).base64EncodedString()
}

/// What the tests read of the API's answers.
struct Answer: Decodable {
    let code: Int?
    let status: String?
    let sid: String?
    let from: String?
    let messages: [Answer]?
    let next_page_uri: String?
    let body: String?
    let to: String?

    private enum CodingKeys: CodingKey { case code, status, sid, from, messages, next_page_uri, body, to }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decodeIfPresent(Int.self, forKey: .code)
        // A number in errors, a word in messages.
        status = try? container.decodeIfPresent(String.self, forKey: .status)
        sid = try container.decodeIfPresent(String.self, forKey: .sid)
        from = try container.decodeIfPresent(String.self, forKey: .from)
        messages = try container.decodeIfPresent([Answer].self, forKey: .messages)
        next_page_uri = try container.decodeIfPresent(String.self, forKey: .next_page_uri)
        body = try container.decodeIfPresent(String.self, forKey: .body)
        to = try container.decodeIfPresent(String.self, forKey: .to)
    }
}

extension TestResponse {
    func json() throws -> Answer { try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView)) }
    var text: String { String(buffer: body) }
}
