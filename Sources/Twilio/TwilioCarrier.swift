import FoundationEssentials
public import HTTPTransfer
public import Messaging

/// Sends messages through one account at Twilio.
public struct TwilioCarrier: Carrier {
    /// The account.
    public let account: TwilioAccount

    let transport: any HTTPTransport
    let url: String
    let timeout: Duration
    let startLimit: Duration
    let now: @Sendable () -> Date

    /// A carrier on the client's loop.
    ///
    /// - Parameters:
    ///   - timeout: From the call to the end of the answer.
    ///   - startLimit: How long a call may wait for a connection. What has not left by then is refused and may be offered
    ///     again; what left later could meet another worker's attempt for the same message.
    public init(
        account: TwilioAccount, client: HTTPClient, timeout: Duration = .seconds(30), startLimit: Duration = .seconds(2)
    ) {
        self.init(account: account, transport: client, timeout: timeout, startLimit: startLimit, now: { Date() })
    }

    init(
        account: TwilioAccount, transport: any HTTPTransport, timeout: Duration = .seconds(30),
        startLimit: Duration = .seconds(2), now: @escaping @Sendable () -> Date
    ) {
        self.account = account
        self.transport = transport
        self.timeout = timeout
        self.startLimit = startLimit
        self.now = now
        let base = account.baseURL.hasSuffix("/") ? String(account.baseURL.dropLast()) : account.baseURL
        url = "\(base)/2010-04-01/Accounts/\(account.sid)/Messages.json"
    }

    /// Offers the message once.
    public func send(_ message: OutboundMessage) async -> CarrierOutcome {
        await create(MessageCreate(message))
    }

    /// Offers a message once, in the provider's own parameters.
    public func create(_ message: MessageCreate) async -> CarrierOutcome {
        let request = HTTPRequest(
            method: .post, url: url, headers: Self.headers, body: message.formBody,
            credentials: account.basicAuthentication, timeout: timeout, startLimit: startLimit)
        do {
            return CarrierOutcome(answer: try await transport.send(request), table: .shipped, now: now())
        } catch {
            return CarrierOutcome(failure: error)
        }
    }

    private static let headers = [
        (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Accept", value: "application/json"),
    ]
}
