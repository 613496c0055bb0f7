import Foundation
import Messaging
import Testing

@Suite("Reading a send request") struct SendRequestReadingTests {
    private func problem(_ json: String) -> String? {
        do {
            _ = try SendRequest(json: Array(json.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "personal data does not travel in metadata, whatever it is written like",
        arguments: [
            ("+15558675310", false), ("whatsapp:+15558675310", false), ("tel:+1-555-867-5310", false),
            ("+1 (555) 867.5310", false), ("ann@example.org", false), ("4111 1111 1111 1111", false),
            ("15558675310", true), ("order:17", true), ("+1 order", true), ("a:b+1", true), (":+", true), ("@", true),
        ])
    func personalData(value: String, isTaken: Bool) throws {
        let request = Array(#"{"to":"+15558675310","body":"x","metadata":{"a":"\#(value)"}}"#.utf8)
        #expect(((try? SendRequest(json: request)) != nil) == isTaken)
    }

    @Test("a name that stands twice is found among few and among many", arguments: [1, 15, 16, 17, 40])
    func twice(members: Int) throws {
        let pairs = (0..<members).map { #""k\#($0)": "v""# }
        func read(_ pairs: [String]) throws(RequestProblem) {
            _ = try SendRequest(
                json: Array(#"{"to":"+15558675310","body":"x","tags":{\#(pairs.joined(separator: ","))}}"#.utf8))
        }
        for place in [0, members - 1] {
            let error = #expect(throws: RequestProblem.self) { try read(pairs + [pairs[place]]) }
            #expect(error?.problem == "stands twice")
            #expect(error?.field == "tags.k\(place)")
        }
        if members <= 10 { try read(pairs) }
    }

    @Test("every field of the contract is read") func everyField() throws {
        let request = try SendRequest(
            json: Array(
                """
                {"to": "whatsapp:+15558675310", "channel": "whatsapp",
                 "template": {"name": "order-shipped", "locale": "en", "variables": {"order": "A-17"}},
                 "media": ["https://example.com/a.png"], "account": "retail", "sender": "alerts",
                 "recipient": {"id": "crm-42", "timeZone": "America/Chicago", "region": "US-FL"},
                 "consent": {"evidence": "cns_81f"}, "sendAt": "2026-11-21T15:00:00Z",
                 "expiresAt": "2026-11-21T16:05:00.5+01:00", "metadata": {"campaign": "spring"},
                 "tags": {"team": "growth"}, "shortenLinks": true}
                """.utf8))
        #expect(request.channel == .whatsapp)
        #expect(request.to.number == "+15558675310")
        #expect(request.template?.variables == ["order": "A-17"])
        #expect(request.recipient.region == "US-FL")
        #expect(request.consentEvidence == "cns_81f")
        #expect(request.sendAt.map(formatRFC3339) == "2026-11-21T15:00:00.000Z")
        #expect(request.expiresAt.map(formatRFC3339) == "2026-11-21T15:05:00.500Z")
        #expect(request.metadata == ["campaign": "spring"])
        #expect(request.shortenLinks)
    }

    @Test("a null field counts as absent, and the channel follows the prefix") func defaults() throws {
        let request = try SendRequest(json: Array(#"{"to": "rcs:+15558675310", "body": "Hi", "channel": null}"#.utf8))
        #expect(request.channel == .rcs)
        #expect(try SendRequest(json: Array(#"{"to": "+15558675310", "body": "Hi"}"#.utf8)).channel == .sms)
    }

    @Test(
        "what cannot be read names the field",
        arguments: [
            ("not json", "request is not JSON in UTF-8"),
            ("", "request is not JSON in UTF-8"),
            ("[]", "request is not a JSON object"),
            (#"{"to": "+15558675310", "body": "x", "bodi": "y"}"#, "bodi is not a field of a send request"),
            (#"{"body": "x"}"#, "to is missing"),
            (#"{"to": "+15558675310", "body": "x", "body": "y"}"#, "body stands twice"),
            (#"{"to": "+15558675310", "body": "x", "metadata": {"a": "1", "a": "2"}}"#, "metadata.a stands twice"),
            (#"{"to": "+15558675310", "body": "x",}"#, "request is not JSON in UTF-8"),
            (#"{"to": "+15558675310", "body": "x"} x"#, "request is not JSON in UTF-8"),
            (#"{"to": "+15558675310", "body": "\ud800"}"#, "request is not JSON in UTF-8"),
            (#"{"to": 5, "body": "x"}"#, "to is not a string"),
            (#"{"to": "fax:+15558675310", "body": "x"}"#, "to has a prefix that is none of whatsapp, rcs, messenger"),
            (#"{"to": "+15558675310"}"#, "body is missing, and so are template, content and media"),
            (#"{"to": "+15558675310", "body": ""}"#, "body is empty"),
            (
                #"{"to": "+15558675310", "body": "x", "content": {"sid": "HX1"}}"#,
                "body stands beside template or content; at most one may"
            ),
            (#"{"to": "+15558675310", "content": {"sid": "HX1"}}"#, "content.sid is not HX and 32 hexadecimal digits"),
            (#"{"to": "+15558675310", "template": {}}"#, "template.name is missing"),
            (#"{"to": "+15558675310", "template": "x"}"#, "template is not a JSON object"),
            (
                #"{"to": "+15558675310", "template": {"name": "x", "variables": {"a": 1}}}"#,
                "template.variables is not an object whose values are strings"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "channel": "pigeon"}"#,
                "channel is none of sms mms whatsapp rcs messenger voice verify"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "channel": "whatsapp"}"#,
                "channel does not agree with the prefix of to"
            ),
            (#"{"to": "+15558675310", "body": "x", "channel": "voice"}"#, "channel voice is not sent by this version"),
            (
                #"{"to": "+15558675310", "body": "x", "sendAt": "tomorrow"}"#,
                "sendAt is not an RFC 3339 instant such as 2026-11-21T15:00:00Z"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "sendAt": "2026-02-30T00:00:00Z"}"#,
                "sendAt is not an RFC 3339 instant such as 2026-11-21T15:00:00Z"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "sendAt": "2026-11-21T15:00:00Z", "expiresAt": "2026-11-21T15:00:00Z"}"#,
                "expiresAt is not after sendAt"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "recipient": {"id": "+15558675310"}}"#,
                "recipient.id is a phone number; use an id of your own"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "recipient": {"region": "us-fl"}}"#,
                "recipient.region is no code of ISO 3166 such as US or US-FL, in capital letters"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "metadata": {"who": "ann@example.com"}}"#,
                "metadata is an e-mail address; use an id of your own"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "metadata": {"card": "4111 1111 1111 1111"}}"#,
                "metadata is a card number"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "metadata": {"": "x"}}"#,
                "metadata has a key that is empty or longer than 40 bytes"
            ),
            (
                #"{"to": "+15558675310", "body": "x", "media": ["ftp://example.com/a"]}"#,
                "media[0] is not an http or https URL"
            ),
            (#"{"to": "+15558675310", "body": "x", "consent": {}}"#, "consent.evidence is missing or empty"),
            (#"{"to": "+15558675310", "body": "x", "shortenLinks": "yes"}"#, "shortenLinks is not true or false"),
        ])
    func problems(json: String, expected: String) {
        #expect(problem(json) == expected)
    }

    @Test("limits: size, text, pairs, media, nesting") func limits() {
        let to = #""to": "+15558675310""#
        #expect(problem("{\(to), \"body\": \"\(String(repeating: "x", count: 1600))\"}") == nil)
        #expect(
            problem("{\(to), \"body\": \"\(String(repeating: "x", count: 1601))\"}")
                == "body has more than 1600 characters")
        #expect(
            problem("{\(to), \"body\": \"\(String(repeating: "x", count: 1 << 20))\"}")
                == "request has 1048610 bytes; at most 65536 are read")
        let pairs = (0..<11).map { "\"k\($0)\": \"v\"" }.joined(separator: ",")
        #expect(problem("{\(to), \"body\": \"x\", \"metadata\": {\(pairs)}}") == "metadata has more than 10 pairs")
        let media = Array(repeating: #""https://example.com/a""#, count: 11).joined(separator: ",")
        #expect(problem("{\(to), \"media\": [\(media)]}") == "media has more than 10 URLs")
        let deep = String(repeating: "[", count: 20_000)
        #expect(problem("{\(to), \"body\": \(deep)") == "request is not JSON in UTF-8")
    }

    @Test("a CloudEvent carries the same request as its data") func cloudEvent() throws {
        let plain = #"{"to": "+15558675310", "body": "Hi"}"#
        let event =
            #"{"specversion": "1.0", "id": "1", "source": "/shop", "type": "switchboard.send.v1", "data": \#(plain)}"#
        #expect(try SendRequest(cloudEvent: Array(event.utf8)) == SendRequest(json: Array(plain.utf8)))
        let other = #expect(throws: RequestProblem.self) {
            try SendRequest(cloudEvent: Array(event.replacing("send.v1", with: "send.v2").utf8))
        }
        #expect(other?.description == "type is not switchboard.send.v1")
        let wrong = #expect(throws: RequestProblem.self) {
            try SendRequest(cloudEvent: Array(event.replacing("body", with: "bodi").utf8))
        }
        #expect(wrong?.description == "bodi is not a field of a send request")
    }

    @Test("escapes of every kind are read as Foundation reads them") func escapes() throws {
        let body = #""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é😀""#
        let request = try SendRequest(json: Array(#"{"to": "+15558675310", "body": \#(body)}"#.utf8))
        #expect(try request.body == JSONDecoder().decode(String.self, from: Data(body.utf8)))
    }

    @Test("bytes at random and a request cut anywhere end in a problem, never in a trap") func hostileBytes() {
        let whole = Array(
            #"{"to": "+15558675310", "body": "é\u00e9", "template": null, "metadata": {"a": "b"}, "media": ["x"], "tags": {}}"#
                .utf8)
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ limit: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(limit))
        }
        for length in whole.indices { _ = try? SendRequest(json: whole[..<length]) }
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
            _ = try? SendRequest(json: bytes)
            _ = try? SendRequest(cloudEvent: bytes)
        }
    }

    @Test("a problem never repeats a value of the request") func noValues() {
        #expect(
            problem(#"{"to": "+15558675310", "body": "x", "recipient": {"id": "+14155550199"}}"#)?.contains(
                "4155550199") == false)
    }
}
