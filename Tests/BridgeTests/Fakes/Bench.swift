import EventLoop
import FoundationEssentials
import Journal
import Logging
import Messaging
import Policy
import Synchronization
import Topics
import Twilio

@testable import Bridge

/// A bridge's intake between a fake broker and a fake ledger, with two accounts.
struct Bench {
    static let publicURL = "https://bridge.test"
    static let person = "+14155550132"
    static let sender = "+15005550006"
    static let service = "MG" + String(repeating: "5", count: 32)
    static let message = "SM" + String(repeating: "a", count: 32)

    /// The account `default` while its token is being rotated.
    static let account = BridgeConfiguration.Account(
        alias: "default", sid: "AC" + String(repeating: "1", count: 32), authTokens: ["token-new", "token-old"])
    static let other = BridgeConfiguration.Account(
        alias: "retail", sid: "AC" + String(repeating: "2", count: 32), authTokens: ["token-retail"])

    let broker = FakeBroker()
    let ledger = FakeStatusLedger()
    let inFlight = WebhooksInFlight()
    /// Nothing is ever owed, unless a test brings its own.
    var outages: Outages
    let signal = DrainSignal()
    let logger: Logger
    let tokens: RecipientTokenKeys
    let loop: EventLoop
    let clock = Clock()
    var configuration: BridgeConfiguration

    final class Clock: Sendable {
        /// 2026-11-21T15:00:00Z.
        private let time = Mutex(Date(timeIntervalSince1970: 1_795_273_200))
        var now: Date { time.withLock { $0 } }
        func advance(by seconds: Double) { time.withLock { $0 = $0.addingTimeInterval(seconds) } }
    }

    init() throws {
        logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        tokens = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        loop = try EventLoop(name: "bridge-test")
        outages = Outages(
            accounts: [], options: LookUpOptions(), alarms: [], startedAt: clock.now, logger: logger)
        configuration = BridgeConfiguration(
            name: "bridge-1", host: "127.0.0.1", port: 0, publicURL: Self.publicURL,
            accounts: [Self.account, Self.other])
        // Only tests of a limit may reach one.
        configuration.confirmTimeout = 3600
        configuration.ledgerTimeout = 3600
    }

    var token: RecipientToken? {
        (try? Address(Self.person)).flatMap { tokens.tokens(for: $0).first }
    }

    var intake: WebhookIntake { intake(withLedger: true) }

    func intake(withLedger: Bool) -> WebhookIntake { intake(delivery(spool: nil), withLedger: withLedger) }

    func delivery(spool: Journal?) -> EventDelivery {
        EventDelivery(
            configuration: configuration, spool: spool, signal: signal, loop: loop, logger: logger,
            publish: { [broker] event in await broker.publish(event) })
    }

    func intake(_ delivery: EventDelivery, withLedger: Bool) -> WebhookIntake {
        WebhookIntake(
            configuration: configuration,
            events: WebhookEvents(tokens: tokens, errors: .shipped, keywords: .shipped),
            delivery: delivery, ledger: withLedger ? ledger : nil, loop: loop, inFlight: inFlight,
            outages: outages, now: { [clock] in clock.now }, logger: logger)
    }

    func take(_ request: WebhookRequest) async -> WebhookAnswer { await intake.take(request) }
}

extension WebhookAnswer {
    /// The HTTP status.
    var status: Int {
        switch self {
        case .taken: 204
        case .takenWithTwiML: 200
        case .refused(let refusal): refusal.status
        }
    }

    var reason: String? {
        if case .refused(let refusal) = self { refusal.reason } else { nil }
    }
}
