import Messaging
import Twilio

/// A webhook's bytes, as they came.
struct WebhookRequest: Sendable {
    var path: String
    /// Raw, without the question mark.
    var query: String?
    var contentType: String?
    var signature: String?
    var body: [UInt8]
}

/// Why a webhook is not taken, as the HTTP status that says so.
struct WebhookRefusal: Error, Equatable {
    var status: Int
    /// For the log and the answer; without personal data.
    var reason: String
}

/// A webhook whose signature holds.
struct VerifiedWebhook: Sendable {
    let account: BridgeConfiguration.Account
    let query: FormFields
    /// The fields of a form; empty for JSON.
    let form: FormFields

    /// Checks the signature with the tokens of the account that the query names, else of the one whose SID the form
    /// names; and that the SID in the form, which the signature covers, is that account's.
    ///
    /// - Throws: ``WebhookRefusal`` with 400 or 403.
    init(
        _ request: WebhookRequest, configuration: BridgeConfiguration
    ) throws(WebhookRefusal) {
        do {
            query = try FormFields(query: request.query ?? "")
            form =
                WebhookSignature.isForm(request.contentType)
                ? try FormFields(parsing: request.body) : FormFields([])
        } catch {
            throw WebhookRefusal(status: 400, reason: "\(error)")
        }
        let named = query["account"]
        let sid = form["AccountSid"] ?? query["AccountSid"]
        let candidates = configuration.accounts.filter { named == nil ? $0.sid == sid : $0.alias == named }
        guard let account = candidates.first ?? (sid == nil && named == nil ? configuration.onlyAccount : nil) else {
            throw WebhookRefusal(status: 403, reason: "no account of the configuration is named")
        }
        let verdict = WebhookSignature.verify(
            method: "POST", url: configuration.signedURL(path: request.path, query: request.query),
            contentType: request.contentType, body: request.body, signature: request.signature,
            tokens: account.authTokens)
        if case .invalid(let reason) = verdict {
            throw WebhookRefusal(
                status: reason == .bodyUnreadable ? 400 : 403, reason: reason.rawValue)
        }
        guard sid == nil || sid == account.sid else {
            throw WebhookRefusal(status: 403, reason: "AccountSid is not the account's")
        }
        self.account = account
    }
}

extension BridgeConfiguration {
    /// The account of a callback that names none, where there is no choice.
    fileprivate var onlyAccount: Account? { accounts.count == 1 ? accounts.first : nil }
}
