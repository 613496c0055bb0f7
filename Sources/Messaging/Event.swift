public import FoundationEssentials

/// The name of an event: `message.accepted`, `error.30006`.
public struct EventName: Hashable, Sendable, CustomStringConvertible {
    /// The first word: `message`, `consent`, `error` …
    public let family: String
    /// The second word, without a dot.
    public let name: String

    /// A name of two words of `[a-z0-9-]`.
    public init(family: String, name: String) {
        self.family = family
        self.name = name
    }

    /// What became of a message.
    public static func message(_ status: MessageStatus) -> EventName {
        EventName(family: "message", name: status.rawValue)
    }

    /// An error code of the provider, beside the event that carries it.
    public static func error(_ code: Int) -> EventName { EventName(family: "error", name: String(code)) }

    /// Both words, joined by a dot.
    public var description: String { family + "." + name }

    /// The CloudEvents type: `switchboard.message.accepted.v1`.
    public var type: String { "switchboard." + family + "." + name + ".v1" }
}

/// The message that an event is about, as far as it is known.
public struct MessageContext: Sendable, Equatable {
    /// The request's `message_id`.
    public var messageID: String?
    /// The app that asked.
    public var app: String?
    /// Its class.
    public var messageClass: MessageClass?
    /// The third word of the routing key.
    public var purpose: String?
    /// How it travels.
    public var channel: Channel?
    /// The alias of the provider account.
    public var account: String
    /// The alias of the sender.
    public var sender: String?
    /// Counts the calls to the provider from 1.
    public var attempt: Int?
    /// Echoed from the request.
    public var metadata: [String: String] = [:]
    /// Echoed from the request.
    public var correlationID: String?
    /// The W3C trace context of the request.
    public var traceparent: String?

    /// What is known of a message; everything but the account may be missing.
    public init(
        messageID: String? = nil, app: String? = nil, messageClass: MessageClass? = nil, purpose: String? = nil,
        channel: Channel? = nil, account: String, sender: String? = nil, attempt: Int? = nil
    ) {
        self.messageID = messageID
        self.app = app
        self.messageClass = messageClass
        self.purpose = purpose
        self.channel = channel
        self.account = account
        self.sender = sender
        self.attempt = attempt
    }
}

/// Something that happened, told to the subscribers (contract, section 3).
public struct Event: Sendable {
    /// The provider's side of what happened.
    public struct Provider: Sendable, Equatable {
        /// The provider's id of the message or call.
        public var sid: String?
        /// The provider's own word.
        public var status: String?

        /// What the provider said.
        public init(sid: String?, status: String? = nil) {
            self.sid = sid
            self.status = status
        }
    }

    /// Why a request was rejected, put off or refused, without personal data.
    public struct Reason: Sendable, Equatable {
        /// The field of the request; nil where none is to blame.
        public var field: String?
        /// A phrase for people.
        public var problem: String

        /// A reason.
        public init(field: String? = nil, problem: String) {
            self.field = field
            self.problem = problem
        }
    }

    /// A person's yes or no.
    public struct Consent: Sendable, Equatable {
        /// `program`, or `everything`.
        public var scope = "program"
        /// The sender that was written to.
        public var sender: String
        /// What the change covers: the sender, or the messaging service it belongs to.
        public var program: String
        /// The keyword, upper case, where there was one.
        public var keyword: String?
        /// The SID of the inbound message, a provider code or an import line.
        public var evidence: String
        /// When it was received.
        public var at: Date

        /// A change within one program.
        public init(sender: String, program: String, keyword: String?, evidence: String, at: Date) {
            self.sender = sender
            self.program = program
            self.keyword = keyword
            self.evidence = evidence
            self.at = at
        }
    }

    /// The last message that was sent from the same sender to the same person.
    public struct Conversation: Sendable, Equatable {
        /// Names the conversation.
        public var id: String
        /// The `message_id` of the last message.
        public var lastMessageID: String
        /// The app that sent it.
        public var app: String
        /// The metadata of the last message.
        public var metadata: [String: String]

        /// A conversation that the ledger knows.
        public init(id: String, lastMessageID: String, app: String, metadata: [String: String]) {
            self.id = id
            self.lastMessageID = lastMessageID
            self.app = app
            self.metadata = metadata
        }
    }

    /// Derived from what happened, so that the same happening published again has the same id.
    public var id: String
    /// What happened.
    public var name: EventName
    /// The message's `message_id`, or the provider's SID where it is not known.
    public var subject: String
    /// When it happened.
    public var time: Date
    /// The message it is about.
    public var message: MessageContext
    /// The status that it means, for events about a message.
    public var status: MessageStatus?
    /// The provider's side.
    public var provider: Provider?
    /// The person it is about.
    public var recipient: RecipientReference?
    /// The provider's error.
    public var error: ProviderError?
    /// Why, where no decision record says so.
    public var reason: Reason?
    /// Until when a deferred message waits.
    public var until: Date?
    /// How many segments the text takes.
    public var segments: Int?
    /// `GSM-7` or `UCS-2`.
    public var encoding: String?
    /// The decision record as JSON.
    public var decision: [UInt8]?
    /// A person's yes or no.
    public var consent: Consent?
    /// What the person answers to.
    public var conversation: Conversation?
    /// Further facts of events that have no field of their own (ticks, callbacks), without personal data.
    public var details: [String: String] = [:]
    /// Further facts that are only ever published on `events.clear`.
    public var clearDetails: [String: String] = [:]
    /// Only ever published on `events.clear`.
    public var body: String?

    /// An event with nothing but its name and its message.
    public init(id: String, name: EventName, subject: String, time: Date, message: MessageContext) {
        self.id = id
        self.name = name
        self.subject = subject
        self.time = time
        self.message = message
    }

    /// `<family>.<name>.<channel>.<class>.<app>`, with `none` where a word is unknown.
    public var routingKey: String {
        let words = [message.channel?.rawValue, message.messageClass?.rawValue, message.app]
        return words.reduce(name.description) { key, word in key + "." + (word ?? "none") }
    }

    /// The CloudEvents source.
    public var source: String { "/switchboard/" + message.account }
}
