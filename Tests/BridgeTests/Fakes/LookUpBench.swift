import FoundationEssentials
import Messaging
import Twilio

@testable import Bridge

/// A bridge's look-ups in the account `default`, between a scripted provider and a ledger in memory.
struct LookUpBench {
    var bench: Bench
    let ledger = FakeLookUpLedger()
    let source = ScriptedSource()
    let log = MessageLog()
    let alarm: Alarm
    var options: LookUpOptions
    var account = Bench.account

    init(change: (inout LookUpOptions) -> Void = { _ in }) throws {
        bench = try Bench()
        options = LookUpOptions()
        options.requestInterval = 0
        change(&options)
        alarm = Alarm(loop: bench.loop)
        bench.outages = Outages(
            accounts: [Bench.account.alias], options: options, alarms: [alarm], startedAt: bench.clock.now,
            logger: log.logger)
    }

    var now: Date { bench.clock.now }
    var broker: FakeBroker { bench.broker }
    var outages: Outages { bench.outages }

    var statuses: StatusLookUp { statuses(asking: source) }

    func statuses(asking source: any MessageSource) -> StatusLookUp {
        StatusLookUp(
            account: account, source: source, ledger: ledger, options: options, intake: bench.intake, loop: bench.loop,
            logger: log.logger)
    }

    var inbound: InboundLookUp { inbound(asking: source) }

    func inbound(asking source: any MessageSource) -> InboundLookUp {
        InboundLookUp(
            account: account, source: source, ledger: ledger, options: options, intake: bench.intake,
            outages: bench.outages, alarm: alarm, loop: bench.loop, logger: log.logger)
    }

    /// A message of ours that was accepted so many seconds ago, with what ``Webhooks/ownQuery(account:metadata:)`` says.
    func awaited(_ sid: String = Bench.message, age: Double = 43_200, looks: Int = 0) -> AwaitedStatus {
        var message = MessageContext(
            messageID: "order-17", app: "shop", messageClass: .transactional, purpose: "order-shipped", channel: .sms,
            account: "default", sender: "main", attempt: 2)
        message.metadata = ["campaign": "spring"]
        message.correlationID = "cart-9"
        let person = RecipientReference(
            token: bench.token ?? RecipientToken(""), masked: "+1********32", country: "US", id: "crm-42")
        return AwaitedStatus(
            key: MessageKey(app: "shop", messageID: "order-17"), sid: sid,
            origin: MessageOrigin(message: message, recipient: person),
            acceptedAt: now.addingTimeInterval(-age), looks: looks)
    }

    func found(
        _ status: String, sid: String = Bench.message, to: String? = Bench.person, from: String = Bench.sender,
        errorCode: Int? = nil, updated: Double = 0, clockLead: Double = 0
    ) throws -> Result<FoundMessage?, LookUpFailure> {
        let json = messageJSON(
            sid, status: status, from: from, to: to, errorCode: errorCode, created: now.addingTimeInterval(-60),
            updated: now.addingTimeInterval(updated))
        return .success(FoundMessage(resource: try resource(json), clockLead: clockLead))
    }

    /// A message from the person, so many seconds old.
    func message(
        _ digit: Character, _ body: String, age: Double, service: String? = nil, direction: String = "inbound",
        media: Int = 0
    ) throws -> MessageResource {
        try resource(
            messageJSON(
                SpoolBench.sid(digit), status: "received", direction: direction, from: Bench.person, to: Bench.sender,
                body: body, service: service, media: media, created: now.addingTimeInterval(-age)))
    }

    func page(
        _ messages: [MessageResource], next: String? = nil, clockLead: Double = 0
    ) -> Result<ListedMessages, LookUpFailure> {
        .success(ListedMessages(messages: messages, next: next.map(ListPlace.next), clockLead: clockLead))
    }
}
