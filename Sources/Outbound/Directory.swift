public import Messaging

/// What an app may do, from the configuration.
public struct AppRegistration: Sendable {
    /// Which classes it may publish.
    public var classes: Set<MessageClass>
    /// Which purposes; nil allows all.
    public var purposes: Set<String>?
    /// Which accounts; nil allows all.
    public var accounts: Set<String>?
    /// Which senders; nil allows all of an account.
    public var senders: Set<String>?
    /// Purposes whose messages the provider redacts: its list of messages does not tell what became of them, so only
    /// callbacks settle an unknown outcome.
    public var redactedPurposes: Set<String>
    /// Whether its word on consent, zone and region counts.
    public var isTrusted: Bool
    /// The account of a request that names none.
    public var defaultAccount: String
    /// The sender of a request that names none; nil takes the account's.
    public var defaultSender: String?

    /// A registration that allows everything with one account.
    public init(
        classes: Set<MessageClass> = Set(MessageClass.allCases), purposes: Set<String>? = nil,
        accounts: Set<String>? = nil, senders: Set<String>? = nil, redactedPurposes: Set<String> = [],
        isTrusted: Bool = false,
        defaultAccount: String = "default", defaultSender: String? = nil
    ) {
        self.classes = classes
        self.purposes = purposes
        self.accounts = accounts
        self.senders = senders
        self.redactedPurposes = redactedPurposes
        self.isTrusted = isTrusted
        self.defaultAccount = defaultAccount
        self.defaultSender = defaultSender
    }
}

/// A provider account as the worker sees it.
public struct AccountProfile: Sendable {
    /// Its alias in the configuration.
    public var alias: String
    /// Who offers messages to the provider.
    public var carrier: any Carrier
    /// Its senders by alias.
    public var senders: [String: Sender]
    /// The alias of the sender of a request that names none.
    public var defaultSender: String
    /// The URL to which the provider reports on an attempt of a message; throws when it would be too long, and for a
    /// message does so at every attempt or at none.
    public var statusCallback: @Sendable (MessageContext, _ recipientID: String?) throws(RequestProblem) -> String
    /// What the provider's error codes mean.
    public var explain: @Sendable (_ code: Int) -> ProviderError

    /// An account with at least one sender.
    public init(
        alias: String, carrier: any Carrier, senders: [String: Sender], defaultSender: String,
        statusCallback:
            @escaping @Sendable (MessageContext, _ recipientID: String?) throws(RequestProblem) -> String,
        explain: @escaping @Sendable (_ code: Int) -> ProviderError
    ) {
        self.alias = alias
        self.carrier = carrier
        self.senders = senders
        self.defaultSender = defaultSender
        self.statusCallback = statusCallback
        self.explain = explain
    }
}

/// Who may send what through which account.
public struct Directory: Sendable {
    /// The way of one message.
    public struct Route: Sendable {
        /// The account it goes through.
        public var account: AccountProfile
        /// The alias of its sender.
        public var senderAlias: String
        /// Its sender.
        public var sender: Sender
        /// Whether the app's word on consent, zone and region counts.
        public var isTrusted: Bool
        /// Whether the provider redacts messages of its purpose.
        public var isRedactedAtProvider = false
    }

    /// The accounts by alias.
    public var accounts: [String: AccountProfile]
    /// The apps by name; nil lets every app do everything, which only development allows.
    public var apps: [String: AppRegistration]?

    /// A directory; without apps everybody may send through the account `default`, and is trusted.
    public init(accounts: [String: AccountProfile], apps: [String: AppRegistration]?) {
        self.accounts = accounts
        self.apps = apps
    }

    private static let everything = AppRegistration(isTrusted: true)

    /// Finds the way of a request, if the app may take it.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public func route(
        app: String, messageClass: MessageClass, purpose: String, request: SendRequest
    ) throws(RequestProblem) -> Route {
        let registration: AppRegistration
        if let apps {
            guard let listed = apps[app] else { throw RequestProblem(field: "app", problem: "is not registered") }
            registration = listed
        } else {
            registration = Self.everything
        }
        guard registration.classes.contains(messageClass) else {
            throw RequestProblem(field: "class", problem: "\(messageClass.rawValue) is not allowed to this app")
        }
        guard registration.purposes?.contains(purpose) ?? true else {
            throw RequestProblem(field: "purpose", problem: "is not allowed to this app")
        }
        let alias = request.account ?? registration.defaultAccount
        guard let account = accounts[alias] else {
            throw RequestProblem(field: "account", problem: "is not an account of the configuration")
        }
        guard registration.accounts?.contains(alias) ?? true else {
            throw RequestProblem(field: "account", problem: "is not allowed to this app")
        }
        let senderAlias = request.sender ?? registration.defaultSender ?? account.defaultSender
        guard let sender = account.senders[senderAlias] else {
            throw RequestProblem(field: "sender", problem: "is not a sender of the account")
        }
        guard registration.senders?.contains(senderAlias) ?? true else {
            throw RequestProblem(field: "sender", problem: "is not allowed to this app")
        }
        return Route(
            account: account, senderAlias: senderAlias, sender: sender, isTrusted: registration.isTrusted,
            isRedactedAtProvider: registration.redactedPurposes.contains(purpose))
    }
}
