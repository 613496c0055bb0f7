public import FoundationEssentials
public import Messaging

/// That nothing is sent through an account for the time being.
public struct AccountPause: Sendable, Equatable {
    /// Why.
    public enum Cause: Sendable, Equatable {
        /// The provider answers, and refuses the account whatever the message is.
        case refused(ProviderError)
        /// Call after call was not answered; the last reason, without personal data.
        case unanswered(String)
    }

    /// The account's alias.
    public let account: String
    /// Since when, by the wall clock.
    public let since: Date
    /// Why, as far as is known now.
    public internal(set) var cause: Cause
    /// Whether a few messages are finding out right now whether it works again.
    public internal(set) var isOnTrial = false

    init(account: String, since: Date, cause: Cause) {
        self.account = account
        self.since = since
        self.cause = cause
    }

    /// A phrase for people.
    public var reason: String {
        switch cause {
        case .refused(let error): "the provider refuses the account: \(error)"
        case .unanswered(let reason): "the provider does not answer: \(reason)"
        }
    }
}
