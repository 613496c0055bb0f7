import Crypto
import Messaging
import Testing

@testable import Policy

@Suite("The hash of a request") struct RequestHashTests {
    private func hash(
        _ json: String, class messageClass: MessageClass = .transactional, purpose: String = "order-shipped"
    ) throws -> String {
        let request = try SendRequest(json: Array(json.utf8))
        let text = canonicalJSON(of: request, messageClass: messageClass, purpose: purpose)
        return hexadecimal(SHA256.hash(data: text))
    }

    @Test("is keyed, and every key gives its own") func keyed() throws {
        let request = try SendRequest(json: Array(#"{"to": "+15558675310", "body": "x"}"#.utf8))
        let (old, new) = (RecipientTokenKeys.random(), RecipientTokenKeys.random())
        let both = RecipientTokenKeys(keys: new.keys + old.keys)
        let hashes = both.requestHashes(request, messageClass: .transactional, purpose: "p")
        #expect(hashes.count == 2)
        #expect(hashes[0] == new.requestHashes(request, messageClass: .transactional, purpose: "p")[0])
        #expect(hashes[1] == old.requestHashes(request, messageClass: .transactional, purpose: "p")[0])
        #expect(hashes[0] != hashes[1])
        #expect(hashes.allSatisfy { $0.count == 32 })
    }

    /// `hashlib.sha256(json.dumps(request, sort_keys=True, separators=(",", ":")))` of the request with `channel`, `class`
    /// and `purpose`.
    private static let plain = "8f5df150017e564ca99510289320220a60bd7974d9a4cf408dcbc5a1a73362dd"

    @Test("agrees with Python's canonical JSON, whatever the order and the white space") func vector() throws {
        #expect(try hash(#"{"to": "+15558675310", "body": "Your order has shipped"}"#) == Self.plain)
        #expect(try hash("{\n\"body\":\"Your order has \\u0073hipped\",\t\"to\":\"+15558675310\"}") == Self.plain)
        #expect(
            try hash(
                #"{"body": "Your order has shipped", "to": "+15558675310", "channel": "sms", "tags": {}, "sendAt": null}"#
            )
                == Self.plain)
    }

    /// Names sorted by UTF-16, where an emoji comes before U+FB33, and every kind of escape of RFC 8785.
    @Test("agrees with Python on every field, escapes and the order of names") func everyField() throws {
        let json = #"""
            {"to": "whatsapp:+15558675310", "channel": "whatsapp", "template": {"name": "order-shipped", "locale": "en",
             "variables": {"order": "A-17", "\u20ac": "5", "\r": "x", "é": "y", "\ud83d\ude00": "z", "\ufb33": "w"}},
             "media": ["https://example.com/a.png"], "account": "retail", "sender": "alerts",
             "recipient": {"id": "crm-42", "timeZone": "America/Chicago", "region": "US-FL"},
             "consent": {"evidence": "cns_81f"}, "sendAt": "2026-11-21T16:00:00+01:00",
             "expiresAt": "2026-11-21T15:05:00.5Z",
             "metadata": {"campaign": "spring", "b": "\"\\\b\f\n\t\u0001é\u2028\/"}, "tags": {"team": "growth"},
             "shortenLinks": true}
            """#
        #expect(
            try hash(json, class: .promotional)
                == "fb338462cd5889f6e99e8ab2b0d3d39b2fdf1a27d397dce7b07da6637f8d23cb")
    }

    @Test(
        "anything that changes the message changes the hash",
        arguments: [
            #"{"to": "+15558675311", "body": "Your order has shipped"}"#,
            #"{"to": "rcs:+15558675310", "body": "Your order has shipped"}"#,
            #"{"to": "+15558675310", "body": "Your order has shipped."}"#,
            #"{"to": "+15558675310", "body": "Your order has shipped", "sendAt": "2026-11-21T15:00:00Z"}"#,
            #"{"to": "+15558675310", "body": "Your order has shipped", "metadata": {"a": "b"}}"#,
            #"{"to": "+15558675310", "body": "Your order has shipped", "shortenLinks": true}"#,
        ]) func differences(json: String) throws
    {
        #expect(try hash(json) != Self.plain)
    }

    @Test("class and purpose belong to the request") func classAndPurpose() throws {
        let json = #"{"to": "+15558675310", "body": "Your order has shipped"}"#
        #expect(try hash(json, class: .promotional) != Self.plain)
        #expect(try hash(json, purpose: "order-delayed") != Self.plain)
    }
}
