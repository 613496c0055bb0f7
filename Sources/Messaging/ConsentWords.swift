public import FoundationEssentials

/// The last word of a person within a program, as a ledger keeps it.
public struct ConsentWord: Sendable, Equatable {
    /// The person.
    public var recipient: RecipientToken
    /// A messaging service, a sender's number, or ``ConsentChange/everything``.
    public var program: String
    /// Yes or no.
    public var kind: ConsentChange.Kind
    /// When it was received.
    public var at: Date
    /// What stands behind it: an inbound message's SID, a provider's code, a line of an import.
    public var evidence: String
    /// The keyword, where there was one.
    public var keyword: String?

    /// A word.
    public init(
        recipient: RecipientToken, program: String, kind: ConsentChange.Kind, at: Date, evidence: String,
        keyword: String?
    ) {
        self.recipient = recipient
        self.program = program
        self.kind = kind
        self.at = at
        self.evidence = evidence
        self.keyword = keyword
    }
}

/// All that people have said: for the operator who is asked for it, or moves it to another ledger.
public protocol ConsentWords: Sendable {
    /// What stands under any of a person's tokens, each program's last word.
    func words(of recipient: [RecipientToken]) async throws -> [ConsentWord]
    /// The next words in the ledger's own order, at most `limit`; from the first where `word` is nil.
    func words(after word: ConsentWord?, limit: Int) async throws -> [ConsentWord]
}
