public import FoundationEssentials

/// What the ledger knows of a message's calls to the provider.
///
/// none → held → attempting(n) → accepted | refused | unknown(n), and from unknown → accepted | attempting(n+1) |
/// abandoned. A message that ends without a call (blocked, dropped) is closed from held. One that was refused or closed is
/// held again when an operator gives it back.
public enum AttemptState: Sendable, Equatable {
    /// Claimed, and waiting: first seen, deferred, or given back by a provider that took nothing.
    case held(attempts: Int)
    /// A worker may be calling the provider right now.
    case attempting(attempt: Int, worker: String, since: Date)
    /// The provider took it.
    case accepted(attempt: Int, sid: String, providerStatus: String)
    /// The provider said no, for good.
    case refused(attempt: Int, code: Int?)
    /// Whether the provider took it is not known.
    case unknown(attempt: Int, since: Date)
    /// Given up: the outcome stayed unknown.
    case abandoned(attempt: Int)
    /// Ended without a call: `blocked` or `dropped`.
    case closed(MessageStatus)
}

/// What the ledger knows of a recipient within a program.
public struct RecipientFacts: Sendable, Equatable {
    /// The last word that counts.
    public enum Consent: String, Sendable {
        /// Nothing said, yes, no.
        case none, granted, revoked
    }

    /// The last word that counts.
    public var consent: Consent
    /// Grows with every change; an attempt is only granted while it is still what the decision saw.
    public var consentEpoch: Int64
    /// When the revocation was received, for the reason shown.
    public var revokedAt: Date?
    /// When the person said yes, where that is the last word.
    public var grantedAt: Date?
    /// Up to when opt-outs are known to be recorded; nil when no bridge has reported yet.
    public var consentKnownAt: Date?

    /// Facts of one recipient.
    public init(
        consent: Consent, consentEpoch: Int64, revokedAt: Date? = nil, grantedAt: Date? = nil,
        consentKnownAt: Date? = nil
    ) {
        self.consent = consent
        self.consentEpoch = consentEpoch
        self.revokedAt = revokedAt
        self.grantedAt = grantedAt
        self.consentKnownAt = consentKnownAt
    }
}

/// Asks the ledger to remember a message and to tell what it knows.
public struct MessageClaim: Sendable {
    /// The message.
    public var key: MessageKey
    /// 32 bytes: the canonical request with class and purpose, hashed under the newest key.
    public var requestHash: [UInt8]
    /// The same under the older keys.
    public var olderHashes: [[UInt8]] = []
    /// Its class.
    public var messageClass: MessageClass
    /// Its purpose.
    public var purpose: String
    /// Its channel.
    public var channel: Channel
    /// Under every live key, the newest first.
    public var recipient: [RecipientToken]
    /// What consent is asked for: one of ``ConsentChange/programs``.
    public var program: String
    /// The caller's clock.
    public var now: Date
    /// When a worker may have seen it first; not before `now` for a message that is certainly new.
    public var firstSeen: Date
    /// What to tell of earlier messages; nil when nothing.
    public var traffic: TrafficQuestion?
    /// Whether the request itself says that a call was made. A ledger that does not know the message must not take it
    /// for new.
    public var mayHaveBeenCalled = false

    /// A claim of one delivery.
    public init(
        key: MessageKey, requestHash: [UInt8], messageClass: MessageClass, purpose: String, channel: Channel,
        recipient: [RecipientToken], program: String, now: Date
    ) {
        self.key = key
        self.requestHash = requestHash
        self.messageClass = messageClass
        self.purpose = purpose
        self.channel = channel
        self.recipient = recipient
        self.program = program
        self.now = now
        firstSeen = now
    }

    /// Whether a stored hash is one of this request.
    public func isHash(_ stored: [UInt8]) -> Bool { stored == requestHash || olderHashes.contains(stored) }
}

/// The ledger's answer to a claim.
public struct ClaimedMessage: Sendable {
    /// Where the message stands.
    public var state: AttemptState
    /// Whether the stored request is the same; false is a conflict.
    public var isSameRequest: Bool
    /// When it was claimed first.
    public var firstSeenAt: Date
    /// The reason of the last deferral that was told to the subscribers.
    public var deferralReason: String?
    /// When the message reached its present state.
    public var changedAt: Date
    /// The decision record stored with the attempt or the end.
    public var decision: [UInt8]?
    /// What is known of the recipient.
    public var facts: RecipientFacts
    /// What was asked of earlier messages. The message's own earlier attempts do not count.
    public var traffic: TrafficFacts

    /// An answer.
    public init(
        state: AttemptState, isSameRequest: Bool, firstSeenAt: Date, deferralReason: String?, changedAt: Date,
        decision: [UInt8]?, facts: RecipientFacts, traffic: TrafficFacts = .unknown
    ) {
        self.state = state
        self.isSameRequest = isSameRequest
        self.firstSeenAt = firstSeenAt
        self.deferralReason = deferralReason
        self.changedAt = changedAt
        self.decision = decision
        self.facts = facts
        self.traffic = traffic
    }
}

/// Asks for the right to call the provider once.
public struct AttemptStart: Sendable {
    /// The message.
    public var key: MessageKey
    /// The call's number: one more than the attempts so far.
    public var attempt: Int
    /// The worker's id.
    public var worker: String
    /// Under every live key, the newest first.
    public var recipient: [RecipientToken]
    /// What consent is asked for.
    public var program: String
    /// What the decision saw.
    public var consentEpoch: Int64
    /// The decision record, stored with the attempt.
    public var decision: [UInt8]
    /// The caller's clock.
    public var now: Date
    /// From this instant on the right is worthless.
    public var expiresAt: Date?
    /// Caps that are compared once more, and what is counted from now on; nil for neither.
    public var traffic: TrafficQuestion?

    /// A wish to call.
    public init(
        key: MessageKey, attempt: Int, worker: String, recipient: [RecipientToken], program: String,
        consentEpoch: Int64, decision: [UInt8], now: Date, expiresAt: Date?
    ) {
        self.key = key
        self.attempt = attempt
        self.worker = worker
        self.recipient = recipient
        self.program = program
        self.consentEpoch = consentEpoch
        self.decision = decision
        self.now = now
        self.expiresAt = expiresAt
    }
}

/// Whether a worker may call. Only after ``granted`` may one byte go to the provider.
public enum AttemptGrant: Sendable, Equatable {
    /// Durable, and this worker's alone.
    case granted
    /// Somebody else has moved the message; the state it is in.
    case superseded(AttemptState)
    /// Consent changed, the message expired or a cap was reached since the decision: judge again.
    case factsChanged
}

/// An attempt that was asked for together with the claim of its message.
public struct BegunAttempt: Sendable {
    /// What was asked for.
    public var start: AttemptStart
    /// The ledger's answer.
    public var grant: AttemptGrant

    /// A wish and its answer.
    public init(start: AttemptStart, grant: AttemptGrant) {
        self.start = start
        self.grant = grant
    }
}

/// What came of a call.
public struct Settlement: Sendable {
    /// How the attempt ended.
    public enum Result: Sendable, Equatable {
        /// The provider took it.
        case accepted(Acceptance)
        /// For good.
        case refused(code: Int?)
        /// The answer never came.
        case unknown
        /// The provider took nothing, and the message may be offered again.
        case held
    }

    /// The message.
    public var key: MessageKey
    /// The call's number.
    public var attempt: Int
    /// The worker's id.
    public var worker: String
    /// How it ended.
    public var result: Result
    /// The caller's clock.
    public var now: Date
    /// The attempt as it was begun: what was counted then is taken back when nothing was sent. nil when nothing was.
    public var counted: AttemptStart?

    /// The end of an attempt.
    public init(key: MessageKey, attempt: Int, worker: String, result: Result, now: Date) {
        self.key = key
        self.attempt = attempt
        self.worker = worker
        self.result = result
        self.now = now
    }
}

/// What stands beside a message whose outcome is unknown.
public struct MessageDoubt: Sendable, Equatable {
    /// Within which program it was claimed first; nil where only a status was known of it.
    public var program: String?
    /// Whether another message to the recipient within that program has an unknown outcome, too: what the provider's list
    /// shows may be either's.
    public var hasRival: Bool

    /// An answer.
    public init(program: String?, hasRival: Bool) {
        self.program = program
        self.hasRival = hasRival
    }
}

/// What was attempted and what came of it: the port that the worker speaks to.
///
/// Every call is durable when it returns. A throw means that it may not have been recorded, so nothing may be sent: claim
/// the message again. All calls but `claim` throw for a message that was never claimed.
public protocol MessageLedger: Sendable {
    /// Remembers a message when it is new, and tells its state and the recipient's facts.
    ///
    /// A message that the ledger does not know, though it may have been called (``MessageClaim/mayHaveBeenCalled``), or
    /// was first seen before the ledger was restored from a copy, is unknown, not new. So is one that was held when the copy
    /// was made. A request that is known by its hash under an older key is stored under the newest one.
    func claim(_ claim: MessageClaim) async throws -> ClaimedMessage
    /// ``claim(_:)`` and, where `attempt` asks for one, ``begin(_:)``: the same as one after the other, in one step where the
    /// ledger can judge where it stands.
    ///
    /// - Parameter attempt: what to begin, or nil to begin nothing. It may be asked more than once, and anywhere, so it must
    ///   be a pure function that takes no time.
    func claim(
        _ claim: MessageClaim, beginning attempt: @escaping @Sendable (ClaimedMessage) -> AttemptStart?
    ) async throws -> (claimed: ClaimedMessage, begun: BegunAttempt?)
    /// Compare-and-set from held (or unknown) to attempting, while consent is as the decision saw it and no binding cap is
    /// reached; then the message counts. Of several at once no more are granted than a person's caps let; the count of a
    /// prefix may lag behind by what other workers are just beginning.
    func begin(_ start: AttemptStart) async throws -> AttemptGrant
    /// Ends an attempt of this worker; false when the attempt is no longer this worker's.
    ///
    /// `accepted` also ends an attempt that was declared unknown meanwhile, and is true again when the same answer, or
    /// a callback with the same SID, has ended it before. Anything else leaves a message accepted of which a callback has
    /// told a SID.
    func settle(_ settlement: Settlement) async throws -> Bool
    /// Ends a held message without a call; ending it again alike changes nothing. Throws when it is no longer held.
    func close(_ key: MessageKey, as status: MessageStatus, decision: [UInt8]?, now: Date) async throws
    /// Declares an attempt's outcome unknown, when its worker is gone; nothing when the attempt has ended meanwhile.
    func markUnknown(_ key: MessageKey, attempt: Int, now: Date) async throws
    /// Gives a message up whose outcome stayed unknown; false when it has been settled meanwhile.
    func abandon(_ key: MessageKey, attempt: Int, now: Date) async throws -> Bool
    /// Those of the provider's ids that belong to a message of this ledger.
    func known(sids: [String]) async throws -> Set<String>
    /// What may make the provider's list misleading about a message whose outcome is unknown.
    func doubt(about key: MessageKey, recipient: [RecipientToken]) async throws -> MessageDoubt
    /// Ends an attempt whose outcome was unknown with what the provider's list shows, and makes its SID known; false when
    /// the attempt is no longer unknown, or the SID is another message's.
    func settleFound(_ key: MessageKey, attempt: Int, _ acceptance: Acceptance, now: Date) async throws -> Bool
    /// Lets a message that an operator gave back be judged afresh: compare-and-set from refused or closed to held, with
    /// as many attempts as before and no final status. One that the provider is known to have taken all the same (a
    /// callback has told its SID) becomes accepted instead, from abandoned as well; any other stays as it is.
    ///
    /// Only for what an operator gave back: an app's own repeat of what has ended changes nothing.
    ///
    /// - Returns: the state it is in now.
    func reopen(_ key: MessageKey, now: Date) async throws -> AttemptState
    /// Remembers that subscribers were told of a deferral for this reason.
    func noteDeferral(_ key: MessageKey, reason: String, now: Date) async throws
}

extension MessageLedger {
    /// In two steps.
    public func claim(
        _ claim: MessageClaim, beginning attempt: @escaping @Sendable (ClaimedMessage) -> AttemptStart?
    ) async throws -> (claimed: ClaimedMessage, begun: BegunAttempt?) {
        let claimed = try await self.claim(claim)
        guard let start = attempt(claimed) else { return (claimed, nil) }
        return (claimed, BegunAttempt(start: start, grant: try await begin(start)))
    }
}
