public import FoundationEssentials

/// What a ledger keeps of a person besides messages and words, each kind with the fields that it has.
public struct PersonalFact: Sendable, Equatable {
    /// Where it stands.
    public enum Kind: String, Sendable, CaseIterable {
        /// The message that a reply within a program answers.
        case conversation
        /// A message as caps count it.
        case sent
        /// When the person last wrote to a sender.
        case lastInbound = "last_inbound"
        /// What the provider said of the number.
        case badNumber = "bad_number"
        /// What a database of reassigned numbers answered.
        case reassigned
    }

    /// Where it stands.
    public var kind: Kind
    /// Since when, or of when.
    public var at: Date
    /// A messaging service, or a sender's number.
    public var program: String?
    /// Who sent, of a conversation and of what caps count.
    public var app: String?
    /// The message of a conversation.
    public var messageID: String?
    /// What for, of what caps count.
    public var purpose: String?
    /// Over which channel, as it is stored.
    public var channel: String?
    /// The provider's code of a bad number.
    public var code: Int?
    /// What a database of reassigned numbers answered.
    public var reassignment: Reassignment?
    /// The app's own fields of a conversation, a JSON object.
    public var metadata: String?

    /// A fact of which only kind and instant are known.
    public init(_ kind: Kind, at: Date) {
        self.kind = kind
        self.at = at
    }
}

/// The messages to a person in a part of a ledger.
public struct PersonalMessages: Sendable, Equatable {
    /// In the order in which they came.
    public var messages: [MessageTrace]
    /// Behind which row the next part begins; nil at the end.
    public var next: Int64?

    /// A part.
    public init(messages: [MessageTrace], next: Int64?) {
        self.messages = messages
        self.next = next
    }
}

/// What became of the messages to a person in a part of a ledger.
public struct ErasedMessages: Sendable, Equatable {
    /// Messages that now stand there without a recipient.
    public var erased: Int
    /// Messages that have not ended, and are left as they are.
    public var kept: Int
    /// Behind which row the next part begins; nil at the end.
    public var next: Int64?

    /// What became of a part.
    public init(erased: Int, kept: Int, next: Int64?) {
        self.erased = erased
        self.kept = kept
        self.next = next
    }
}

/// What was removed of a person, by where it stood.
public struct ErasedFacts: Sendable, Equatable {
    /// Rows of each kind.
    public var facts: [PersonalFact.Kind: Int]
    /// Words that were a yes.
    public var grants: Int

    /// What was removed.
    public init(facts: [PersonalFact.Kind: Int], grants: Int) {
        self.facts = facts
        self.grants = grants
    }
}

/// What a ledger keeps of one person, for whoever asks for their data or wants it gone.
///
/// A person is meant by their tokens under all keys. No index leads from a person to their messages, which every message
/// would pay for: all messages are walked through, a part at a time.
public protocol PersonalRecords: Sendable {
    /// The messages to a person among the next `limit` of all.
    ///
    /// - Parameter row: where the part begins; nil for the first.
    func messages(to recipient: [RecipientToken], after row: Int64?, limit: Int) async throws -> PersonalMessages
    /// What else is kept; ``ConsentWords/words(of:)`` tells the words.
    func facts(of recipient: [RecipientToken]) async throws -> [PersonalFact]
    /// The ids of keys besides these under which rows of people stand: whose they are, nobody can tell without the key.
    func keys(besides ids: [String]) async throws -> [String]
    /// Takes the person off the messages among the next `limit` of all that have ended. What recognises a repeat stays: the
    /// id and the keyed hash of the request.
    func erase(messagesTo recipient: [RecipientToken], after row: Int64?, limit: Int) async throws -> ErasedMessages
    /// Removes all else, but for words that are a no, and answers that the number is somebody else's: they are the reasons why
    /// nobody writes to this number again.
    func erase(factsOf recipient: [RecipientToken]) async throws -> ErasedFacts
}
