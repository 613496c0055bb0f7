public import FoundationEssentials

/// What a database of reassigned numbers answered of a person's number.
///
/// The FCC's Reassigned Numbers Database (<https://www.reassigned.us>) is asked with a date on which the number was the
/// person's, mostly that of the consent, and tells whether it was permanently disconnected on that day or later.
public struct Reassignment: Sendable, Equatable {
    /// The database's own words.
    public enum Answer: String, Sendable, CaseIterable {
        /// Still the person's.
        case no
        /// Disconnected since, and maybe somebody else's.
        case yes
        /// The database cannot tell.
        case noData = "no-data"
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

    /// Whether another answer on the same number takes the place of this one: by the instant of asking, and of two at once
    /// the one that forbids more.
    public func yields(to other: Reassignment) -> Bool {
        (at, answer.severity) < (other.at, other.answer.severity)
    }
}

extension Reassignment.Answer {
    /// The answer of a severity; what a newer version has stored is taken for a yes.
    public init(severity: Int64) {
        self = Self.allCases.first { $0.severity == severity } ?? .yes
    }

    /// Grows with what it forbids; stored by ledgers.
    public var severity: Int64 {
        switch self {
        case .no: 0
        case .noData: 1
        case .yes: 2
        }
    }
}

/// Where the answers are kept: the last of each person.
public protocol ReassignedNumbers: Sendable {
    /// Keeps an answer; whether it became the last one. Recorded again it changes nothing.
    func record(_ reassignment: Reassignment, of recipient: RecipientToken) async throws -> Bool
    /// The last answer under any of a person's tokens.
    func reassignment(of recipient: [RecipientToken]) async throws -> Reassignment?
}
