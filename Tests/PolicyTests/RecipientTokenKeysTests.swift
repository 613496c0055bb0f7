import Crypto
import FoundationEssentials
import Messaging
import Testing

@testable import Policy

@Suite("Recipient tokens and masks") struct RecipientTokenKeysTests {
    /// Bytes 0 to 31, and 32 to 63.
    private static let first = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private static let second = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

    private func address(_ text: String) throws -> Address { try Address(text) }

    @Test("tokens agree with Python's hmac and base64 modules") func vectors() throws {
        let keys = try RecipientTokenKeys("\(Self.second),\(Self.first)")
        #expect(keys.keyIDs == ["k2", "k1"])
        #expect(
            keys.tokens(for: try address("+15558675310")).map(\.text) == [
                "ph_k2_6jw5gt62ahxdv5vjqx7q6jowdq", "ph_k1_35ijnryt7zps6datbwpp2ed7c4",
            ])
        #expect(
            keys.tokens(for: try address("messenger:+15558675310")).map(\.text) == [
                "ph_k2_pbho2ph66qwol6mrzoe6jsrpmu", "ph_k1_dh3pixzv6revs5xixcgleecbfm",
            ])
    }

    @Test("keys for another purpose agree with HKDF by Python's hmac") func derived() throws {
        let keys = try RecipientTokenKeys("\(Self.second),\(Self.first)").keys(for: "switchboard.bridge-spool.v1")
        #expect(keys.map(\.id) == ["k2", "k1"])
        let hexadecimal = keys[1].secret.withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(hexadecimal == "0f6de5080fd8d0c01800624e6edbda296e04d83539488a78e68943c80d3735aa")
    }

    @Test("channels share a recipient, but a Messenger id cannot pass for a number") func channels() throws {
        let keys = try RecipientTokenKeys(Self.first)
        let sms = keys.tokens(for: try address("+15558675310"))
        #expect(keys.tokens(for: try address("whatsapp:+15558675310")) == sms)
        #expect(keys.tokens(for: try address("rcs:+15558675310")) == sms)
        #expect(keys.tokens(for: try address("messenger:+15558675310")) != sms)
        #expect(sms.first?.keyID == "k1")
        #expect(RecipientToken("nonsense").keyID == nil)
    }

    @Test(
        "a person whose number WhatsApp spells otherwise is the same person",
        arguments: [
            ("+525512345678", "whatsapp:+5215512345678"), ("+541112345678", "whatsapp:+5491112345678"),
            ("+5511987654321", "whatsapp:+551187654321"),
        ]) func spellings(dialled: String, written: String) throws
    {
        let keys = try RecipientTokenKeys(Self.first)
        let tokens = keys.tokens(for: try address(dialled))
        #expect(keys.tokens(for: try address(written)) == tokens)
        #expect(tokens.count == 2)
        #expect(Set(tokens).count == 2)
        #expect(keys.reference(for: try address(written)).token == tokens.first)
        // What is sent to the address that wrote is no impossible number.
        let decision = PolicyEngine.shipped.decide(
            Candidate(
                request: SendRequest(to: try address(written), body: "Hi"), text: "Hi", app: "shop",
                messageClass: .transactional, purpose: "order", isTrusted: false), facts: nil, now: Date())
        #expect(!decision.reasons.contains { $0.rule == "number.possible" })
    }

    @Test(
        "no two subscribers become one",
        arguments: [
            "+15215512345", "+551131234567", "+5511987654321", "+52155123456789", "+54911123456", "+55119", "+",
        ])
    func otherNumbers(number: String) {
        #expect(subscriberNumber(number) == number)
    }

    @Test("the setting may come from a file") func whiteSpace() throws {
        #expect(try RecipientTokenKeys(" \(Self.second) , \(Self.first)\n").keyIDs == ["k2", "k1"])
    }

    @Test("random keys differ, and their setting gives them again") func random() throws {
        let keys = RecipientTokenKeys.random()
        let address = try address("+15558675310")
        #expect(keys.tokens(for: address) != RecipientTokenKeys.random().tokens(for: address))
        #expect(try RecipientTokenKeys(keys.setting).tokens(for: address) == keys.tokens(for: address))
    }

    @Test(
        "a wrong setting is named, and never shown",
        arguments: [
            ("", "has an empty key 1"), ("\(first),", "has an empty key 2"),
            ("c2VjcmV0LWNhbmFyeQ==", "has no colon in key 1"),
            ("SecretCanary:AAEC", "has an id in key 1 that is not 1 to 8 of a-z and 0-9"),
            ("k1:***", "has a secret in key 1 (k1) that is not base64"),
            ("k1:AAEC", "has a secret of 3 bytes in key 1 (k1); 32 are needed"),
            ("\(first),\(first)", "names key k1 twice"),
            (Array(repeating: first, count: 17).joined(separator: ","), "has 17 keys; at most 16 are loaded"),
        ]) func wrong(setting: String, problem: String)
    {
        #expect {
            try RecipientTokenKeys(setting)
        } throws: { error in
            let text = "\(error)"
            return text.hasPrefix("SWITCHBOARD_TOKEN_KEYS \(problem)") && !text.contains("anary")
                && !text.contains("AAEC")
        }
    }

    @Test("keys never describe their secret") func secrecy() throws {
        let keys = try RecipientTokenKeys("\(Self.second),\(Self.first)")
        var dumped = ""
        dump(keys, to: &dumped)
        for text in ["\(keys)", String(reflecting: keys), dumped] {
            #expect(text.contains("k2"))
            #expect(!text.contains("AAECAwQ"))
            #expect(!text.contains("[0, 1, 2, 3"))
        }
    }

    @Test(
        "one mask, by country code",
        arguments: [
            ("+15558675310", "+1********10"), ("whatsapp:+15558675310", "+1********10"),
            ("+447911123456", "+44********56"), ("+85212345678", "+852******78"), ("+79161234567", "+7********67"),
            ("+2901234", "+290**34"), ("+9991234567", "+999*****67"), ("messenger:1234567890", "********"),
            ("12345", "********"), ("+12 34", "********"),
        ]) func masks(text: String, mask: String) throws
    {
        #expect(maskedAddress(try address(text)) == mask)
    }

    @Test("what events say of a recipient") func reference() throws {
        let reference = try RecipientTokenKeys(Self.first).reference(for: try address("+15558675310"), id: "crm-42")
        #expect(
            reference
                == RecipientReference(
                    token: RecipientToken("ph_k1_35ijnryt7zps6datbwpp2ed7c4"), masked: "+1********10", country: "US",
                    id: "crm-42"))
    }

    @Test(
        "the country, where the digits tell",
        arguments: [
            ("+14155550132", "US"), ("+15558675310", "US"), ("+17875550132", "PR"), ("+16715550132", "GU"),
            ("+14165550132", "CA"), ("+18765550132", "JM"), ("+18095550132", "DO"), ("+18005550132", nil),
            ("+15005550006", nil), ("+1415555013", nil), ("+447911123456", nil), ("+447400123456", "GB"),
            ("+441481123456", "GG"), ("+393331234567", "IT"), ("+390669812345", "VA"), ("+79161234567", "RU"),
            ("+77011234567", "KZ"), ("+3581812345", "AX"), ("+358401234567", "FI"), ("+590690123456", nil),
            ("+262692123456", "RE"), ("+919812345678", "IN"), ("+5511912345678", "BR"), ("+971501234567", "AE"),
            ("+870123456789", nil), ("+9991234567", nil), ("12345", nil), ("messenger:14155550132", nil),
        ] as [(String, String?)]) func countries(text: String, expected: String?) throws
    {
        #expect(country(of: try address(text)) == expected)
    }
}
