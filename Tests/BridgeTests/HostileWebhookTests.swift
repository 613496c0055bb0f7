import Messaging
import Testing
import Twilio

@testable import Bridge

@Suite("Webhooks of any bytes") struct HostileWebhookTests {
    private static let paths = ["/twilio/status", "/twilio/inbound", "/twilio/callbacks/x"]

    @Test("without a signature nothing comes through, whatever it is", arguments: 0..<20) func unsigned(seed: UInt64)
        async throws
    {
        let bench = try Bench()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let request = WebhookRequest(
                path: Self.paths.randomElement(using: &generator) ?? "/twilio/status",
                query: Bool.random(using: &generator) ? nil : generator.text(40),
                contentType: ["application/x-www-form-urlencoded", "application/json", generator.text(10)]
                    .randomElement(using: &generator),
                signature: ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", generator.text(30)].randomElement(using: &generator),
                body: generator.bytes(200))
            #expect([400, 403, 415].contains(await bench.take(request).status))
        }
        #expect(bench.broker.events.isEmpty)
        #expect(bench.ledger.questions.isEmpty)
    }

    @Test("with a signature every field may hold anything", arguments: 0..<20) func signed(seed: UInt64) async throws {
        let bench = try Bench()
        var generator = SeededGenerator(seed: seed)
        let names = [
            "MessageSid", "SmsSid", "MessageStatus", "From", "To", "Body", "NumMedia", "MediaUrl0", "ErrorCode",
            "MessagingServiceSid", "OptOutType", "ButtonPayload", "OriginalRepliedMessageSid", "NumSegments",
        ]
        for _ in 0..<100 {
            var fields = [("AccountSid", Bench.account.sid)]
            if Bool.random(using: &generator) { fields.append(("MessageSid", Bench.message)) }
            for name in names where Bool.random(using: &generator) { fields.append((name, generator.text(20))) }
            let path = Self.paths.randomElement(using: &generator) ?? "/twilio/status"
            let answer = await bench.take(Webhooks.form(path, fields))
            #expect([200, 204, 400].contains(answer.status), "\(fields)")
        }
        for event in bench.broker.events {
            #expect(event.id.utf8.count <= 255)
            #expect(event.routingKey.split(separator: ".", omittingEmptySubsequences: false).count == 5)
            if event.name.family == "consent" { #expect(event.recipient != nil) }
        }
    }

    @Test("a thousand fields, and one more") func manyFields() async throws {
        let bench = try Bench()
        var fields = [("AccountSid", Bench.account.sid), ("MessageSid", Bench.message), ("MessageStatus", "sent")]
        fields += (0..<997).map { ("x\($0)", "") }
        #expect(await bench.take(Webhooks.form("/twilio/status", fields)) == .taken)
        fields.append(("one", "more"))
        #expect(await bench.take(Webhooks.form("/twilio/status", fields)).status == 400)
    }
}

/// Random numbers that are the same in every run (SplitMix64), so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func text(_ maximum: Int) -> String {
        let special = Array("&=+%#?/:@' \u{0}\n\u{301}é😀~*-._\u{2028}aZ09")
        return String(
            (0..<Int.random(in: 0...maximum, using: &self)).map { _ in special.randomElement(using: &self) ?? "x" })
    }

    mutating func bytes(_ maximum: Int) -> [UInt8] {
        (0..<Int.random(in: 0...maximum, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}
