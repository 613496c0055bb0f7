import EventLoop
import FoundationEssentials
import Logging
public import Messaging
public import Twilio

/// With what a bridge finds out what no webhook told it.
public struct BridgeLookUps: Sendable {
    /// What is awaited, and what is known.
    public var ledger: any AwaitedLedger & InboundLedger & LedgerUpkeep
    /// What the provider tells, by the account's alias.
    public var sources: [String: any MessageSource]
    /// When it is asked.
    public var options: LookUpOptions

    /// Look-ups in these accounts.
    public init(
        ledger: any AwaitedLedger & InboundLedger & LedgerUpkeep, sources: [String: any MessageSource],
        options: LookUpOptions = LookUpOptions()
    ) {
        self.ledger = ledger
        self.sources = sources
        self.options = options
    }
}

/// The running look-ups of a bridge.
struct LookUps: Sendable {
    private let ledger: any LedgerUpkeep
    private let statuses: [StatusLookUp]
    private let inbound: [InboundLookUp]
    private let intake: WebhookIntake
    private let options: LookUpOptions
    private let loop: EventLoop
    private let logger: Logger

    /// - Parameter alarms: wake an account's comparisons, by its alias.
    init(
        _ parts: BridgeLookUps, intake: WebhookIntake, alarms: [String: Alarm], loop: EventLoop, logger: Logger
    ) {
        ledger = parts.ledger
        options = parts.options
        self.intake = intake
        self.loop = loop
        self.logger = logger
        let accounts = intake.configuration.accounts.compactMap { account in
            parts.sources[account.alias].map { (account, $0) }
        }
        statuses = accounts.map { account, source in
            StatusLookUp(
                account: account, source: source, ledger: parts.ledger, options: parts.options, intake: intake,
                loop: loop, logger: logger)
        }
        inbound = accounts.compactMap { account, source in
            alarms[account.alias].map { alarm in
                InboundLookUp(
                    account: account, source: source, ledger: parts.ledger, options: parts.options,
                    intake: intake, outages: intake.outages, alarm: alarm, loop: loop, logger: logger)
            }
        }
    }

    /// Looks up until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await tellOutageBeforeStart() }
            for statuses in statuses { group.addTask { await statuses.run() } }
            for inbound in inbound { group.addTask { await inbound.run() } }
        }
    }

    /// Asks the ledger when this bridge ticked last.
    private func tellOutageBeforeStart() async {
        let alarm = Alarm(loop: loop)
        var trouble = LookUpTrouble("the last outage", account: "all", options: options, logger: logger)
        for await _ in alarm.wakes {
            do {
                let status = try await ledger.status()
                return intake.outages.began(
                    beforeStart: status.lastTick(of: intake.configuration.name) ?? status.createdAt)
            } catch {
                alarm.set(after: trouble.pause(after: error))
            }
        }
    }
}

extension LedgerStatus {
    /// Up to when a bridge was certainly there. One of another name has never been here: while any other ticked, webhooks
    /// had somebody to find.
    func lastTick(of bridge: String) -> Date? {
        bridges.first { $0.name == bridge }?.at ?? bridges.map(\.at).max()
    }
}
