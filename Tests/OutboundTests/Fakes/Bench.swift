import AMQP
import FoundationEssentials
import Logging
import Messaging
import Observability
import Policy
import Testing
import Topics

@testable import Outbound

/// A message's journey between fakes: one account, `default`, whose sender `main` is a number.
struct Bench {
    /// The number that people see and answer: also the program of their consent.
    static let sender = "+15005550006"
    static let key = MessageKey(app: "shop", messageID: "order-17")

    let clock = ManualClock()
    let journal = Journal()
    let ledger: MemoryLedger
    let carrier: ScriptedCarrier
    let outbox: RecordingOutbox
    let tokens: RecipientTokenKeys
    let circuits: AccountCircuits
    /// What waits for its time, and the events about accounts, which belong to no delivery.
    let timers = ManualTimers()
    let announced = AnnouncedEvents()
    let watch: AccountWatch
    var configuration = WorkerConfiguration(id: "worker-1")
    var directory: Directory
    var templates: TemplateCatalog
    var policy = LivePolicy(PolicyEngine(overlay: .development))
    let lines = CapturedLines()
    private let ledgerOutage = Outage()
    /// Done at every pause, beside the clock's moving on.
    var duringPause: @Sendable () -> Void = {}

    init() throws {
        ledger = MemoryLedger(journal: journal)
        carrier = ScriptedCarrier(journal: journal)
        outbox = RecordingOutbox(journal: journal)
        tokens = try RecipientTokenKeys("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        templates = try TemplateCatalog()
        directory = Directory(
            accounts: ["default": Self.account("default", carrier: carrier)],
            apps: ["shop": AppRegistration(isTrusted: true)])
        circuits = AccountCircuits(accounts: directory.accounts.keys, clock: clock.worker)
        watch = AccountWatch(
            circuits: circuits, accounts: directory.accounts, worker: configuration, clock: clock.worker,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            later: { [timers] in timers.add($0, $1) }, announce: { [announced] in announced.add($0) })
        // The provider's list is not available unless a test scripts it, and is not waited for.
        configuration.lookUpLimit = 0
        ledger.setConsentKnownAt(clock.now)
    }

    static func account(
        _ alias: String, carrier: any Carrier, maximumURLLength: Int = 3000
    ) -> AccountProfile {
        AccountProfile(
            alias: alias, carrier: carrier, senders: ["main": .number(sender), "service": .messagingService("MG1")],
            defaultSender: "main",
            statusCallback: { context, recipientID throws(RequestProblem) in
                let url =
                    "https://bridge.test/twilio/status?id=\(context.messageID ?? "")&app=\(context.app ?? "")"
                    + "&attempt=\(context.attempt ?? 0)&rid=\(recipientID ?? "")"
                guard url.utf8.count <= maximumURLLength else {
                    throw RequestProblem(field: "metadata", problem: "makes the status callback URL too long")
                }
                return url
            }, explain: providerError)
    }

    var journey: MessageJourney {
        MessageJourney(
            WorkerParts(
                configuration: configuration, directory: directory, templates: templates,
                policy: policy,
                tokens: tokens, ledger: ledger, outbox: outbox, clock: clock.worker,
                logger: lines.logger, circuits: circuits, ledgerOutage: ledgerOutage,
                pause: { [journal, clock, duringPause] seconds, _ in
                    journal.note("pause \(seconds)")
                    clock.advance(by: seconds)
                    duringPause()
                }))
    }

    /// Works one delivery off, as the worker does before it acknowledges.
    func work(_ delivery: Delivery, from queueClass: MessageClass = .transactional) async throws(HeldTooLong) {
        try await journey.travel(delivery, from: queueClass)
    }

    /// Works off what the delay ladder gives back: the request that was republished last.
    func workAgain(_ queueClass: MessageClass = .transactional) async throws {
        let last = try #require(outbox.messages.last)
        #expect(last.exchange == Exchange.delay)
        try await work(Deliveries.returned(last.message, queueClass), from: queueClass)
    }

    /// Lets time pass until the next timer of the account's watch, and does what it waits for; the seconds that passed.
    func runNextTimer() async throws -> Double {
        let (wait, body) = try #require(timers.takeNext())
        clock.advance(by: wait)
        await body()
        return wait
    }

    /// What was asked of the fakes since the last look.
    func steps() -> [String] {
        defer { journal.clear() }
        return journal.steps
    }

    /// A person's yes or no to the sender of this bench.
    func setConsent(_ consent: RecipientFacts.Consent, of address: String = Deliveries.recipient) throws {
        for token in tokens.tokens(for: try Address(address)) {
            ledger.setConsent(consent, of: token, program: Self.sender, at: clock.now)
        }
    }
}
