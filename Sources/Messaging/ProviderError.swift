/// An error that the provider gave, with the advice of the error table.
public struct ProviderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of thing is wrong.
    public enum Category: String, Sendable, CaseIterable, Codable {
        case auth, carrier, config, content, geo, optOut = "opt-out", rate, recipient, sender, transient, unknown
    }

    /// Whether the same request may be sent again.
    public enum Retryable: String, Sendable, CaseIterable, Codable {
        /// With backoff.
        case yes
        /// Only after minutes or hours, or when a quota is reset.
        case delayed
        /// After something was changed: a template, a sender.
        case conditional
        case no
        /// The error is not about a request of ours.
        case notApplicable = "n/a"
    }

    /// The provider's number, such as 30006; the HTTP status where the provider gave none.
    public let code: Int
    /// The provider's name of it.
    public let name: String
    /// What kind of thing is wrong.
    public let category: Category
    /// Whether the same request may be sent again.
    public let retryable: Retryable
    /// What an operator should do.
    public let action: String
    /// Whether it is said of the whole account, whatever the message: no other message would fare better.
    public let concernsAccount: Bool

    /// An error of the table, or one that the table does not know.
    ///
    /// - Parameter concernsAccount: nil where the category tells: what is wrong with credentials concerns them all.
    public init(
        code: Int, name: String, category: Category, retryable: Retryable, action: String, concernsAccount: Bool? = nil
    ) {
        self.code = code
        self.name = name
        self.category = category
        self.retryable = retryable
        self.action = action
        self.concernsAccount = concernsAccount ?? (category == .auth)
    }

    /// The code and its name.
    public var description: String { "\(code) \(name)" }
}
