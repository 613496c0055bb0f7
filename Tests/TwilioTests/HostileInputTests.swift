import FoundationEssentials
import HTTPTransfer
import Messaging
import Testing

@testable import Twilio

/// Whatever the bytes, a parser gives a value or a problem; it never traps. What it reads, it reads again alike.
@Suite struct HostileInputTests {
    private static let rounds = 3000

    @Test func forms() {
        var random = SeededGenerator(seed: 10)
        for _ in 0..<Self.rounds {
            guard let form = try? FormFields(parsing: random.bytes(maximumLength: 200)) else { continue }
            _ = try? StatusCallback(form)
            _ = try? InboundMessage(form)
            var writer = FormWriter(reservingCapacity: 0)
            for field in form.fields { writer.append(field.name, field.value) }
            #expect((try? FormFields(parsing: writer.bytes)) == form)
        }
    }

    @Test func queries() {
        var random = SeededGenerator(seed: 11)
        let names = ["id", "app", "class", "purpose", "account", "sender", "attempt", "rid", "cid", "m.a", "m."]
        for _ in 0..<Self.rounds {
            let query = names.map { name in
                "\(name)=\(String(decoding: random.bytes(maximumLength: 8), as: UTF8.self))"
            }
            _ = try? StatusCallbackURL.origin(query: query.shuffled(using: &random).joined(separator: "&"))
        }
    }

    @Test func signatures() {
        var random = SeededGenerator(seed: 12)
        for round in 0..<Self.rounds {
            let url = String(decoding: random.bytes(maximumLength: 60), as: UTF8.self)
            let body = random.bytes(maximumLength: 60)
            let verdict = WebhookSignature.verify(
                method: round % 3 == 0 ? "GET" : "POST",
                url: round % 2 == 0 ? url : "https://" + url,
                contentType: round % 5 == 0 ? "application/x-www-form-urlencoded" : url, body: body,
                signature: round % 7 == 0 ? "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" : url, tokens: ["t", ""])
            #expect(!verdict.isValid)
            _ = try? StatusCallbackURL(endpoint: url)
        }
    }

    @Test func answers() throws {
        var random = SeededGenerator(seed: 13)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"sid\"", "\"code\"", "\"status\"", "null", "1e999", "-", "21211",
            "\"\\ud800\"", "\"", "99999999999999999999", "\u{FEFF}", "true", " ",
        ]
        for _ in 0..<Self.rounds {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            for status in [201, 400, 429, 503] {
                let outcome = CarrierOutcome(
                    answer: HTTPResponse(
                        status: status, headers: [("Retry-After", text.joined())], body: Array(text.joined().utf8)),
                    table: .shipped, now: .now)
                if case .accepted = outcome { Issue.record("accepted: \(text.joined())") }
            }
        }
    }

    @Test("an answer nested 100,000 deep is no message")
    func nesting() {
        let body = Array(repeating: UInt8(ascii: "["), count: 100_000)
        let outcome = CarrierOutcome(answer: HTTPResponse(status: 201, body: body), table: .shipped, now: .now)
        #expect(outcome == .unknown("HTTP 201 with a body that is no message with a SID"))
    }

    @Test func tables() {
        var random = SeededGenerator(seed: 14)
        for _ in 0..<Self.rounds { _ = ErrorTable(csv: random.bytes(maximumLength: 200)).codes }
    }

    @Test func dates() {
        var random = SeededGenerator(seed: 15)
        for _ in 0..<Self.rounds {
            let words = (0..<6).map { _ in String(decoding: random.bytes(maximumLength: 5), as: UTF8.self) }
            _ = parseMailDate(words.joined(separator: " "))
            _ = parseMailDate("Fri, \(words[0]) May \(words[1]) \(words[2]):\(words[3]) +\(words[4])")
        }
    }
}
