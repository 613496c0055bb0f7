public import FoundationEssentials

/// What is known of the traffic with a recipient. A fact that is nil is not known, and the rules that need it do not run.
public struct TrafficFacts: Sendable, Equatable {
    /// The last message from a person.
    public enum LastInbound: Sendable, Equatable {
        case never
        case at(Date)
    }

    /// What the provider last said of a number.
    public enum NumberState: Sendable, Equatable {
        case good
        /// With the error code, such as 30006.
        case bad(code: Int)

        /// The provider's errors that are about the number and not about the message: unknown handset, landline, not a
        /// number, not a mobile number.
        public static let badCodes: Set<Int> = [30005, 30006, 21211, 21614]
    }

    /// Messages to this person, by what was asked. A count ends at the limit that it is compared with.
    public var sent: [TrafficQuestion.Count: Int] = [:]
    /// Messages of any sender to this person within 24 hours, of the kinds that a cap counts; where ``sent`` does not tell.
    public var sentIn24Hours: Int?
    /// The last message from this person to the sender.
    public var lastInbound: LastInbound?
    /// Whether the sender's program never wrote to this person before.
    public var isFirstOfProgram: Bool?
    /// What the provider last said of the number on this channel.
    public var numberState: NumberState?
    /// The answers on whether the number has changed hands, as far as they still count.
    public var reassignment = ReassignmentAnswers()
    /// Messages to the number's prefix within ten minutes.
    public var toPrefixIn10Minutes: Int?

    /// Nothing is known.
    public init() {}

    /// Nothing is known.
    public static let unknown = TrafficFacts()
}
