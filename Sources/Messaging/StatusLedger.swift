public import FoundationEssentials

/// A status of a message that the provider or a worker reported.
public struct StatusReport: Sendable {
    /// nil where the callback carried no query of ours; then the SID finds the message.
    public var key: MessageKey?
    /// The provider's id, where one was given.
    public var sid: String?
    /// The status in our words.
    public var status: MessageStatus
    /// The provider's own word.
    public var providerStatus: String?
    /// The provider's error, where there is one.
    public var errorCode: Int?
    /// Counts the calls to the provider from 1.
    public var attempt: Int?
    /// What is needed to answer a reply: the recipient, the sender's address or service, and the metadata.
    public var recipient: RecipientToken?
    /// What the message was sent in: a messaging service, or a sender's number.
    public var program: String?
    /// Told to whom it may concern when the person replies.
    public var metadata: [String: String] = [:]
    /// What later events say of an accepted message.
    public var origin: MessageOrigin?
    /// When the provider is asked about an accepted message with an origin, if no final status has come by then.
    public var lookAt: Date?
    /// How the message travels: with the recipient it tells what the provider said of a number.
    public var channel: Channel?
    /// When it was received.
    public var at: Date

    /// A report.
    public init(key: MessageKey?, sid: String?, status: MessageStatus, at: Date) {
        self.key = key
        self.sid = sid
        self.status = status
        self.at = at
    }
}

/// A person's yes or no, to be recorded.
public struct ConsentChange: Sendable {
    /// Whether messages may be sent.
    public enum Kind: String, Sendable {
        /// No, yes.
        case revoked, granted
    }

    /// The program of a change that covers every program.
    public static let everything = "*"

    /// Yes or no.
    public var kind: Kind
    /// The person.
    public var recipient: RecipientToken
    /// What it covers, by every name under which a worker may ask: the messaging service's SID, and the number that was
    /// written to. A number of a service may also be sent from directly.
    public var programs: [String]
    /// The SID of the inbound message or another evidence; each is applied once.
    public var evidence: String
    /// The keyword, where there was one.
    public var keyword: String?
    /// When it was received: changes apply in this order, and at a tie revoking wins.
    public var at: Date

    /// A change.
    public init(
        kind: Kind, recipient: RecipientToken, programs: [String], evidence: String, keyword: String?, at: Date
    ) {
        self.kind = kind
        self.recipient = recipient
        self.programs = programs
        self.evidence = evidence
        self.keyword = keyword
        self.at = at
    }
}

/// An error of a ledger that tells a call that can never be recorded from a ledger that cannot record now.
public protocol LedgerFailure: Error {
    /// Whether the ledger is well, and does not take the values of this call: trying again changes nothing.
    var refusesCall: Bool { get }
}

/// What the recorder writes and the bridge reads.
///
/// Every call is durable when it returns. A throw means that it may not have been recorded: the same call may be made
/// again, and changes nothing twice, unless the error is a ``LedgerFailure`` that refuses it.
public protocol StatusLedger: Sendable {
    /// Records a status if its rank is higher than the recorded one; whether it was.
    ///
    /// A provider's status with its SID proves that the provider has the message: it settles an attempt whose outcome
    /// is unknown or not recorded yet, and keeps a held message from being sent (again). So does `refused` settle the
    /// attempt that it names, unless the provider has told a SID. `accepted` also makes the
    /// message what a reply answers, lets its SID find it, and with ``StatusReport/lookAt`` makes it awaited
    /// (``AwaitedLedger``) until a final status is recorded. An error that is about the number
    /// (``TrafficFacts/NumberState/badCodes``) is remembered for the channel until a later delivery. A `rejected` is never recorded: such a request was no
    /// message, and its id may belong to another one.
    func record(_ report: StatusReport) async throws -> Bool
    /// Applies a change by the time of receipt, at a tie revoking wins; whether it became the last word. A provider's
    /// SID is applied once, however often it comes.
    func apply(_ change: ConsentChange) async throws -> Bool
    /// Remembers that everything a bridge received before `at` has been applied; goes back only from a time that by `now`
    /// is yet to come, which a clock noted that was set right since. A bridge that `isLeaving` is not waited for until a
    /// later tick of its.
    func noteTick(bridge: String, at: Date, isLeaving: Bool, now: Date) async throws
    /// Up to when opt-outs are known to be recorded: the oldest last tick of the bridges; nil without any.
    func consentKnownAt() async throws -> Date?
    /// What is known of a recipient within a program.
    func facts(recipient: [RecipientToken], program: String) async throws -> RecipientFacts
    /// The last message to the recipient within a program, if any.
    func conversation(recipient: [RecipientToken], program: String) async throws -> Event.Conversation?
}
