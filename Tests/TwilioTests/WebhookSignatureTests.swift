import Testing

@testable import Twilio

@Suite struct WebhookSignatureTests {
    private static let token = "12345"

    private static func call(_ number: String) -> [FormFields.Field] {
        [
            .init("To", "+18005551212"), .init("Digits", "1234"), .init("From", number), .init("Caller", number),
            .init("CallSid", "CA1234567890ABCDE"),
        ]
    }

    @Test("the worked examples of Twilio's documentation and of its libraries hold")
    func publishedExamples() {
        #expect(
            WebhookSignature.verify(
                url: "https://example.com/myapp.php?foo=1&bar=2", params: Self.call("+14158675310"),
                signature: "L/OH5YylLD5NRKLltdqwSvS0BnU=", tokens: [Self.token]) == .valid(matched: "as is"))
        #expect(
            WebhookSignature.verify(
                url: "https://mycompany.com/myapp.php?foo=1&bar=2", params: Self.call("+14158675309"),
                signature: "RSOYDt4T1cUTdK1PDd93/VVr8B8=", tokens: [Self.token]) == .valid(matched: "as is"))
    }

    /// The signatures were made by the library that Twilio publishes for Python, 9.13.0.
    @Test(
        "forms are signed as Twilio's own library signs them",
        arguments: [
            ("a=2&b=&a=1&a=2", "Lx9x4vkBZiGmNzAFl2nAUaFLbT0="),
            ("b&a=1&a=2", "Lx9x4vkBZiGmNzAFl2nAUaFLbT0="),
            ("key=x&KeyA=a&Key=b&Ke=yz", "mcs/Nu5Nn57bSGUtBq1UJ4ydMlQ="),
            (
                "Body=+Gr%C3%BC%C3%9Fe%2C+%F0%9F%98%80+%2B+%26+%3D+%25%0A&From=%2B15558675310",
                "cWG9kOvUKmFBCuiczqFnapHK34o="
            ),
        ])
    func forms(body: String, signature: String) {
        #expect(
            WebhookSignature.verify(
                method: "POST", url: "https://example.com/sms",
                contentType: "Application/x-www-form-urlencoded; charset=UTF-8", body: Array(body.utf8),
                signature: signature, tokens: [Self.token]) == .valid(matched: "as is"))
    }

    @Test(
        "a URL may have been signed in another spelling, never with another host",
        arguments: [
            ("https://example.com/sms", "ZE5t0Eu8PYXNyRrSPxDBBmAYFHI=", "port added"),
            ("https://example.com:443/sms", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", "port removed"),
            ("https://example.com:8443/sms", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", "port removed"),
            ("https://example.com:8443/sms", "6832Td5Xz2na7QQhNfMvWwOPsF0=", "as is"),
            ("https://user:pass@example.com/sms", "1BunGacghku5wQOb+VhK0ZGFXPs=", "as is"),
            ("https://user:pass@example.com/sms", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", "userinfo removed"),
            ("https://user:pass@example.com/sms", "ZE5t0Eu8PYXNyRrSPxDBBmAYFHI=", "port added, userinfo removed"),
            ("https://example.com/sms?n=O'Neil", "YqhN1lRO7iji+gFt/o5hnICisSM=", "as is"),
            ("https://example.com/sms?n=O'Neil", "XylFUfjRAh7gXaa9bYPxU31McBo=", "apostrophe encoded"),
            ("https://example.com/sms#rc=3&rp=all", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", "as is"),
            ("http://[::1]/sms", "qa1ep9iqhSq1SDJUjdnpjViEg/s=", "port added"),
            ("http://[::1]:80/sms", "qa1ep9iqhSq1SDJUjdnpjViEg/s=", "as is"),
            ("https://example.com/sms", "3q0/Ss77E7a2UJ2pcs2UuJux0tY=", nil),
            ("https://Example.com/sms", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", nil),
            ("https://example.com:443/sms", "6832Td5Xz2na7QQhNfMvWwOPsF0=", nil),
            ("https://example.com/sms/", "s7p4rx8niVXuVMjl0AOxJZtqZE0=", nil),
        ] as [(String, String, String?)])
    func spellings(url: String, signature: String, matched: String?) {
        let verdict = WebhookSignature.verify(
            url: url, params: [.init("a", "1")], signature: signature, tokens: [Self.token])
        #expect(verdict == (matched.map { .valid(matched: $0) } ?? .invalid(.mismatch)))
    }

    @Test("a GET is signed by its URL alone")
    func get() {
        #expect(
            WebhookSignature.verify(
                method: "GET", url: "https://example.com/sms?foo=1", contentType: nil, body: [],
                signature: "XOwDjbATFZKSbdkrZyp0rnd0HU0=", tokens: [Self.token]) == .valid(matched: "as is"))
        #expect(
            WebhookSignature.verify(
                method: "GET", url: "https://example.com/sms?foo=2", contentType: nil, body: [],
                signature: "XOwDjbATFZKSbdkrZyp0rnd0HU0=", tokens: [Self.token]) == .invalid(.mismatch))
    }

    @Test("a body that is no form needs its digest in the query, and both must hold")
    func otherBodies() {
        let body = Array(#"{"event_type":"click","link":"https://x.example/é"}"#.utf8)
        let digest = "0bdcd7fcb1d0c16b6ccaf7935a2248825d585665686eff8c2343bca2f590f177"
        #expect(WebhookSignature.bodyDigest(body) == digest)
        func verdict(
            _ url: String, _ body: [UInt8], _ signature: String = "DsEc39WBN1VvIGxaQ/6Xdhfh59w=",
            type: String? = "application/json"
        ) -> WebhookSignature.Verdict {
            WebhookSignature.verify(
                method: "POST", url: url, contentType: type, body: body, signature: signature, tokens: [Self.token])
        }
        let url = "https://example.com/clicks?bodySHA256=" + digest
        #expect(verdict(url, body) == .valid(matched: "as is"))
        #expect(verdict(url, body, type: nil) == .valid(matched: "as is"))
        #expect(verdict(url, body + [0x20]) == .invalid(.digestWrong))
        #expect(verdict(url, body, WebhookSignature.sign(url: url, params: [], token: "other")) == .invalid(.mismatch))
        let without = "https://example.com/clicks"
        let signature = WebhookSignature.sign(url: without, params: [], token: Self.token)
        #expect(verdict(without, body, signature) == .invalid(.digestMissing))
        // As a form the body is covered by the signature instead, so it does not hold.
        #expect(verdict(url, body, type: "application/x-www-form-urlencoded") == .invalid(.mismatch))
    }

    @Test("any live token may have signed; none, or an empty one, lets nothing through")
    func tokens() {
        let signature = WebhookSignature.sign(url: "https://example.com/sms", params: [], token: "new")
        func verdict(_ tokens: [String]) -> WebhookSignature.Verdict {
            WebhookSignature.verify(url: "https://example.com/sms", params: [], signature: signature, tokens: tokens)
        }
        #expect(verdict(["old", "new"]) == .valid(matched: "as is"))
        #expect(verdict(["old"]) == .invalid(.mismatch))
        #expect(verdict([]) == .invalid(.tokenMissing))
        #expect(verdict([""]) == .invalid(.tokenMissing))
        let unsigned = WebhookSignature.sign(url: "https://example.com/sms", params: [], token: "")
        #expect(
            WebhookSignature.verify(
                url: "https://example.com/sms", params: [], signature: unsigned, tokens: ["", "new"])
                == .invalid(.mismatch))
    }

    @Test(
        "what is no signature is told apart",
        arguments: [
            (nil, .signatureMissing), ("", .signatureMissing), ("not base64!", .signatureMalformed),
            ("AAAA", .signatureMalformed), ("L/OH5YylLD5NRKLltdqwSvS0BnU", .signatureMalformed),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAA=", .mismatch),
        ] as [(String?, WebhookSignature.Reason)])
    func signatures(signature: String?, reason: WebhookSignature.Reason) {
        #expect(
            WebhookSignature.verify(
                url: "https://example.com/", params: [], signature: signature, tokens: [Self.token])
                == .invalid(reason))
    }

    @Test("a form that cannot be read and a URL without a host are not verified")
    func unreadable() {
        let signature = WebhookSignature.sign(url: "https://example.com/", params: [], token: Self.token)
        #expect(
            WebhookSignature.verify(
                method: "POST", url: "https://example.com/", contentType: "application/x-www-form-urlencoded",
                body: Array("a=%zz".utf8), signature: signature, tokens: [Self.token]) == .invalid(.bodyUnreadable))
        for url in ["", "/sms", "https:", "https:///sms", "https://?x", "https://user@/sms"] {
            #expect(
                WebhookSignature.verify(url: url, params: [], signature: signature, tokens: [Self.token])
                    == .invalid(.urlMalformed))
        }
    }

    @Test("what was signed verifies in any order, and a changed byte does not")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<300 {
            let url =
                "https://example.com/" + FormWriter.encoded(random.text(maximumLength: 20)) + "?q="
                + FormWriter.encoded(random.text(maximumLength: 20))
            var params = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                FormFields.Field("P" + random.text(maximumLength: 3), random.text(maximumLength: 12))
            }
            let signature = WebhookSignature.sign(url: url + "#rc=3", params: params, token: Self.token)
            params.shuffle(using: &random)
            #expect(
                WebhookSignature.verify(url: url, params: params, signature: signature, tokens: [Self.token])
                    == .valid(matched: "as is"))
            params.append(.init("Z" + random.text(maximumLength: 3), ""))
            #expect(
                WebhookSignature.verify(url: url, params: params, signature: signature, tokens: [Self.token])
                    == .invalid(.mismatch))
        }
    }

    @Test("values that look alike but differ in bytes are different values")
    func canonicalEquivalence() {
        let composed = FormFields.Field("Body", "\u{E9}")
        let decomposed = FormFields.Field("Body", "e\u{301}")
        let both = WebhookSignature.sign(url: "https://example.com/", params: [composed, decomposed], token: "t")
        let one = WebhookSignature.sign(url: "https://example.com/", params: [composed], token: "t")
        #expect(both != one)
        #expect(composed != decomposed)
    }
}
