public import FoundationEssentials

/// An answer of a database of reassigned numbers on a person's number.
///
/// The FCC's Reassigned Numbers Database (<https://www.reassigned.us>) is asked with a day on which the number was the
/// person's, mostly that of the consent, and tells whether it was permanently disconnected on that day or later (DA 21-1649).
public struct Reassignment: Sendable, Equatable {
    /// The database's own words.
    public enum Answer: Int64, Sendable, CaseIterable {
        /// Not disconnected since.
        case no = 0
        /// The database cannot tell.
        case noData = 1
        /// Disconnected since, and maybe somebody else's.
        case yes = 2
    }

    /// What it said.
    public var answer: Answer
    /// The day that it was asked with.
    public var consentAt: Date
    /// When it was asked.
    public var at: Date

    /// An answer.
    public init(_ answer: Answer, consentAt: Date, at: Date) {
        self.answer = answer
        self.consentAt = consentAt
        self.at = at
    }
}

extension Reassignment.Answer: CustomStringConvertible {
    /// As files and records name it.
    public var description: String {
        switch self {
        case .no: "no"
        case .noData: "no-data"
        case .yes: "yes"
        }
    }

    /// The answer of that name.
    public init?(_ description: String) {
        guard let answer = Self.allCases.first(where: { $0.description == description }) else { return nil }
        self = answer
    }
}

/// What is known of a number from all answers: which of two of a kind tells more does not depend on which came first.
public struct ReassignmentAnswers: Sendable, Equatable {
    /// The yes that tells most: asked with the latest day, of two with the same the first, since a later one adds nothing to
    /// it.
    public var yes: Reassignment?
    /// The last answer that was none.
    public var other: Reassignment?

    /// Nothing is known.
    public init() {}

    /// Adds an answer.
    public mutating func add(_ answer: Reassignment) {
        if answer.answer == .yes {
            if let yes, (yes.consentAt, answer.at) >= (answer.consentAt, yes.at) { return }
            if !(other?.refutes(answer) ?? false) { yes = answer }
        } else {
            if let standing = yes, answer.refutes(standing) { yes = nil }
            if let other, other.rank >= answer.rank { return }
            other = answer
        }
    }
}

extension Reassignment {
    /// Whether a yes was a mistake: asked later with the same day or an earlier one, the database says no.
    fileprivate func refutes(_ yes: Reassignment) -> Bool {
        answer == .no && consentAt <= yes.consentAt && at > yes.at
    }

    /// Of two answers that are no yes the last counts, of two at once the one that says less.
    fileprivate var rank: (Date, Int64, Date) { (at, answer.rawValue, consentAt) }
}

/// Where the answers are kept.
public protocol ReassignedNumbers: Sendable {
    /// Keeps an answer where it tells more than what stands; whether it does. What stands under older tokens is moved to the
    /// newest, the first.
    func record(_ reassignment: Reassignment, of recipient: [RecipientToken]) async throws -> Bool
    /// What is known under any of a person's tokens.
    func reassignment(of recipient: [RecipientToken]) async throws -> ReassignmentAnswers
}
