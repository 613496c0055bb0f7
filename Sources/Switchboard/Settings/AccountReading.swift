import HTTPTransfer
import Messaging
import Twilio

/// Reads the provider accounts: `default` from the TWILIO variables, more from the YAML file, which names the
/// variables that hold their secrets.
struct AccountReading {
    let variables: EnvironmentSettings
    let file: ConfigurationFile
    let mode: Mode

    func accounts() throws(SettingProblem) -> [String: AccountSettings] {
        var accounts: [String: AccountSettings] = [:]
        if variables.text("TWILIO_ACCOUNT_SID") != nil {
            accounts["default"] = try account(
                alias: "default", ConfigurationFile.Account.fromTwilioVariables(variables))
        }
        for (alias, entry) in (file.accounts ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard isRoutingWord(alias) else {
                throw SettingProblem("accounts.\(alias.prefix(40))", "is not an alias of a-z, 0-9 and hyphens")
            }
            guard accounts[alias] == nil else {
                throw SettingProblem("accounts.\(alias)", "is described by the TWILIO variables already")
            }
            accounts[alias] = try account(alias: alias, entry)
        }
        return accounts
    }

    private func account(
        alias: String, _ entry: ConfigurationFile.Account
    ) throws(SettingProblem) -> AccountSettings {
        let sid = try required(entry.accountSidVariable ?? "TWILIO_ACCOUNT_SID")
        guard isSID(sid, prefix: "AC") else {
            throw SettingProblem(
                entry.accountSidVariable ?? "TWILIO_ACCOUNT_SID", "is not AC and 32 hexadecimal digits")
        }
        let tokens = try required(entry.authTokenVariable ?? "TWILIO_AUTH_TOKEN")
            .split(separator: ",").map { String($0.filter { $0 != " " }) }
        guard let first = tokens.first, tokens.allSatisfy({ !$0.isEmpty }) else {
            throw SettingProblem(entry.authTokenVariable ?? "TWILIO_AUTH_TOKEN", "holds no token")
        }
        var credentials = TwilioAccount.Credentials.authToken(first)
        if let keyVariable = entry.apiKeySidVariable, let key = variables.text(keyVariable) {
            credentials = .apiKey(sid: key, secret: try required(entry.apiKeySecretVariable ?? "TWILIO_API_KEY_SECRET"))
        }
        let senders = try senders(alias: alias, entry)
        let baseURL = try baseURL(entry)
        return AccountSettings(
            account: TwilioAccount(
                alias: alias, sid: sid, credentials: credentials, authTokens: tokens, baseURL: baseURL),
            senders: senders.all, defaultSender: senders.first)
    }

    private func required(_ name: String) throws(SettingProblem) -> String {
        guard let text = variables.text(name) else { throw SettingProblem(name, "is missing") }
        return text
    }

    /// A messaging service wins over a number.
    private func senders(
        alias: String, _ entry: ConfigurationFile.Account
    ) throws(SettingProblem) -> (all: [String: Sender], first: String) {
        var senders: [String: Sender] = [:]
        for (name, text) in entry.senders ?? [:] {
            guard isRoutingWord(name) else {
                throw SettingProblem("accounts.\(alias).senders", "has an alias that is not a-z, 0-9 and hyphens")
            }
            senders[name] = try Self.sender(text, setting: "accounts.\(alias).senders.\(name)")
        }
        let fallback = entry.defaultSender ?? (senders.count == 1 ? senders.keys.first : nil)
        guard let fallback, senders[fallback] != nil else {
            throw SettingProblem(
                alias == "default" ? "TWILIO_DEFAULT_FROM_NUMBER" : "accounts.\(alias).defaultSender",
                "is missing; a sender is needed (TWILIO_MESSAGING_SERVICE_SID may stand instead for the account default)"
            )
        }
        return (senders, fallback)
    }

    private static func sender(_ text: String, setting: String) throws(SettingProblem) -> Sender {
        if isSID(text, prefix: "MG") { return .messagingService(text) }
        let isShortCode = (3...8).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let isWord =
            (1...11).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x20
            }
        guard isE164Number(text) || isShortCode || isWord else {
            throw SettingProblem(
                setting,
                "is none of a number such as +15550001111, a short code, an alphanumeric sender, a messaging service's SID"
            )
        }
        return .number(text)
    }

    /// Development never leaves this computer; live never stays on it.
    private func baseURL(_ entry: ConfigurationFile.Account) throws(SettingProblem) -> String {
        let name = "TWILIO_API_BASE_URL"
        var url = entry.baseURL ?? variables.text(name) ?? "https://api.twilio.com"
        if url.hasSuffix("/") { url.removeLast() }
        let isLoopback = WebHost(url)?.isLoopback
        guard let isLoopback else { throw SettingProblem(name, "is not an http or https URL") }
        switch mode {
        case .development where !isLoopback:
            throw SettingProblem(
                name,
                "is \(url.prefix(80)); in development only this computer is called, such as http://127.0.0.1:8082 (the simulator)"
            )
        case .live where isLoopback || !url.hasPrefix("https://"):
            throw SettingProblem(name, "is \(url.prefix(80)); live asks for https and a host that is not this computer")
        default: return url
        }
    }
}

/// The host of an http or https URL.
struct WebHost {
    let name: String

    init?(_ url: String) {
        let scheme = url.hasPrefix("http://") ? "http://" : "https://"
        guard url.hasPrefix(scheme) else { return nil }
        var authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("[") {
            name = String(authority.dropFirst().prefix { $0 != "]" })
        } else {
            name = String(authority.prefix { $0 != ":" })
        }
        if name.isEmpty { return nil }
    }

    var isLoopback: Bool {
        name == "localhost" || name == "::1"
            || (name.hasPrefix("127.") && name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E })
    }
}

extension ConfigurationFile.Account {
    /// The account that the TWILIO variables describe.
    static func fromTwilioVariables(_ variables: EnvironmentSettings) -> ConfigurationFile.Account {
        var senders: [String: String] = [:]
        if let number = variables.text("TWILIO_DEFAULT_FROM_NUMBER") { senders["default"] = number }
        if let service = variables.text("TWILIO_MESSAGING_SERVICE_SID") { senders["default"] = service }
        return ConfigurationFile.Account(
            accountSidVariable: "TWILIO_ACCOUNT_SID", authTokenVariable: "TWILIO_AUTH_TOKEN",
            apiKeySidVariable: "TWILIO_API_KEY_SID", apiKeySecretVariable: "TWILIO_API_KEY_SECRET",
            baseURL: nil, senders: senders, defaultSender: nil)
    }
}
