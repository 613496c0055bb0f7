import Messaging
import Twilio

@testable import Bridge

/// Webhooks as Twilio sends and signs them.
enum Webhooks {
    /// A form, signed for the URL under which the provider knows the path.
    static func form(
        _ path: String, query: String? = nil, _ fields: [(String, String)], token: String = "token-new",
        url: String? = nil
    ) -> WebhookRequest {
        let signed = (url ?? Bench.publicURL + path) + (query.map { "?" + $0 } ?? "")
        return WebhookRequest(
            path: path, query: query, contentType: "application/x-www-form-urlencoded; charset=UTF-8",
            signature: WebhookSignature.sign(
                url: signed, params: fields.map { FormFields.Field($0.0, $0.1) }, token: token),
            body: Array(fields.map { encoded($0.0) + "=" + encoded($0.1) }.joined(separator: "&").utf8))
    }

    /// JSON, whose digest stands in the signed query.
    static func json(
        _ path: String, query: String? = nil, _ body: String, digestOf digested: String? = nil,
        token: String = "token-new"
    ) -> WebhookRequest {
        let digest = "bodySHA256=" + WebhookSignature.bodyDigest(Array((digested ?? body).utf8))
        let query = query.map { $0 + "&" + digest } ?? digest
        return WebhookRequest(
            path: path, query: query, contentType: "application/json",
            signature: WebhookSignature.sign(url: "\(Bench.publicURL)\(path)?\(query)", params: [], token: token),
            body: Array(body.utf8))
    }

    /// A status callback; by default of a message of ours that was delivered.
    static func status(
        _ status: String = "delivered", query: String? = ownQuery(), errorCode: Int? = nil, from: String = Bench.sender,
        to: String? = Bench.person, changing change: [String: String?] = [:], token: String = "token-new"
    ) -> WebhookRequest {
        var fields = [
            ("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("MessageStatus", status), ("From", from),
            ("ApiVersion", "2010-04-01"),
        ]
        if let to { fields.append(("To", to)) }
        if let errorCode { fields.append(("ErrorCode", "\(errorCode)")) }
        return form("/twilio/status", query: query, changed(fields, change), token: token)
    }

    /// A message from a person.
    static func inbound(
        _ body: String, changing change: [String: String?] = [:], token: String = "token-new"
    ) -> WebhookRequest {
        form(
            "/twilio/inbound",
            changed(
                [
                    ("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("From", Bench.person),
                    ("To", Bench.sender), ("Body", body), ("NumMedia", "0"), ("NumSegments", "1"),
                ], change), token: token)
    }

    /// Sets, adds or (nil) leaves out fields.
    private static func changed(_ fields: [(String, String)], _ change: [String: String?]) -> [(String, String)] {
        var fields = fields.filter { change[$0.0] == nil }
        for (name, value) in change.sorted(by: { $0.key < $1.key }) {
            if let value { fields.append((name, value)) }
        }
        return fields
    }

    /// The query that the worker gives to the provider.
    static func ownQuery(account: String = "default", metadata: [String: String] = ["campaign": "spring"]) -> String? {
        var message = MessageContext(
            messageID: "order-17", app: "shop", messageClass: .transactional, purpose: "order-shipped", channel: .sms,
            account: account, sender: "main", attempt: 2)
        message.metadata = metadata
        message.correlationID = "cart-9"
        let url = try? StatusCallbackURL(endpoint: Bench.publicURL + "/twilio/status")
            .url(for: message, recipientID: "crm-42")
        return url?.split(separator: "#").first?.split(separator: "?").last.map(String.init)
    }

    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
