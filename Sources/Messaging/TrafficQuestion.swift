/// What the rules that concern a message want to know of earlier ones, and what is to be counted when it is sent: a ledger
/// reads and writes no more than that.
public struct TrafficQuestion: Sendable, Equatable {
    /// Which messages to a person are counted.
    public struct Count: Sendable, Hashable {
        /// What a counted message has in common with this one, beside the recipient.
        public struct Scope: OptionSet, Sendable, Hashable {
            /// The bits, as a ledger compares them.
            public let rawValue: UInt8
            /// A scope of these bits.
            public init(rawValue: UInt8) { self.rawValue = rawValue }

            /// The same app.
            public static let app = Scope(rawValue: 1)
            /// The same sender's number or messaging service.
            public static let program = Scope(rawValue: 2)
            /// The same purpose.
            public static let purpose = Scope(rawValue: 4)
        }

        /// One bit for each kind of message, as the policy numbers them.
        public var kinds: UInt8
        /// How far back, in seconds.
        public var seconds: Int
        /// What they have in common.
        public var scope: Scope

        /// A count.
        public init(kinds: UInt8, seconds: Int, scope: Scope = []) {
            self.kinds = kinds
            self.seconds = seconds
            self.scope = scope
        }
    }

    /// A number of messages that is not to be exceeded.
    public struct Cap: Sendable, Equatable {
        /// What is counted.
        public var count: Count
        /// So many may be sent.
        public var limit: Int
        /// Whether one more is not sent; otherwise the rule only warns.
        public var isBinding: Bool

        /// A cap.
        public init(_ count: Count, limit: Int, isBinding: Bool = true) {
            self.count = count
            self.limit = limit
            self.isBinding = isBinding
        }
    }

    /// A group of numbers that may get so many messages in ten minutes.
    public struct Prefix: Sendable, Equatable {
        /// The country code and at most four further digits: too few to tell a person.
        public var digits: String
        /// So many may be sent.
        public var limit: Int
        /// Whether one more is not sent; otherwise the rule only warns.
        public var isBinding: Bool

        /// A group of numbers.
        public init(_ digits: String, limit: Int, isBinding: Bool = true) {
            self.digits = digits
            self.limit = limit
            self.isBinding = isBinding
        }

        /// Minutes that are looked back.
        public static let minutes = 10
    }

    /// The message's purpose.
    public var purpose: String
    /// The bit of its kind.
    public var kind: UInt8
    /// The caps that hold for it.
    public var caps: [Cap] = []
    /// Seconds for which it counts when it is sent; nil when no cap could count it.
    public var countsFor: Int?
    /// Where messages to the number's prefix are counted.
    public var prefix: Prefix?
    /// For how many seconds the provider's word on a bad number holds; nil when nobody asks.
    public var badNumberAge: Int?
    /// For how many seconds an answer of a database of reassigned numbers counts that is no yes; nil when nobody asks. A yes
    /// counts for ever.
    public var reassignedAge: Int?
    /// Whether the last message from the person to the sender matters.
    public var asksLastInbound = false
    /// Whether it matters that the sender's program never wrote to the person.
    public var asksFirstOfProgram = false

    /// A question that asks nothing.
    public init(purpose: String, kind: UInt8) {
        self.purpose = purpose
        self.kind = kind
    }

    /// Whether anything is to be read before the message is judged.
    public var asksAnything: Bool {
        !caps.isEmpty || prefix != nil || badNumberAge != nil || reassignedAge != nil || asksLastInbound
            || asksFirstOfProgram
    }

    /// Whether its attempt is to be counted.
    public var isCounted: Bool { countsFor != nil || prefix != nil }
}
