import Foundation
import Messaging
import Policy
import Testing
import Topics

@testable import Outbound

@Suite("What becomes of a text on its way") struct TextRedactionTests {
    private func request(_ body: String) -> String { #"{"to": "\#(Deliveries.recipient)", "body": "\#(body)"}"# }

    private func policy(_ redaction: String) throws -> PolicyEngine {
        PolicyEngine(
            try PolicyDocument(yaml: Array("name: ours\njurisdictions: {world: {}}\nredaction: \(redaction)\n".utf8)))
    }

    private func clear(_ event: Event) -> String { String(decoding: event.json(for: .clear), as: UTF8.self) }

    @Test("a one-time code reaches the person, and no subscriber but those of events.clear") func code() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request(request("Your code is 471100")))
        #expect(bench.carrier.calls.map(\.body) == ["Your code is 471100"])
        let event = try #require(bench.outbox.events.first)
        #expect(event.name == .message(.accepted))
        #expect(clear(event).contains("Your code is 471100"))
        #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains("471100"))
        #expect(!bench.lines.all.joined().contains("471100"))
        let decision = String(decoding: try #require(event.decision), as: UTF8.self)
        #expect(decision.contains(#""redactions":[{"rule":"otp","sink":"log","start":13,"end":19}"#))
    }

    @Test("a card number is not sent, and stands in no event and no dead letter") func card() async throws {
        let bench = try Bench()
        try await bench.work(Deliveries.request(request("Paid with 4111-1111-1111-1111")))
        #expect(bench.carrier.calls.isEmpty)
        #expect(bench.outbox.messages.isEmpty)
        let event = try #require(bench.outbox.events.first)
        #expect(event.name == .message(.blocked))
        #expect(!clear(event).contains("1111-"))
        #expect(clear(event).contains("Paid with <number>"))
        #expect(!bench.lines.all.joined().contains("4111"))
    }

    @Test("what is masked in the body is masked in what the provider gets and in its events") func body() async throws {
        var bench = try Bench()
        bench.policy = LivePolicy(try policy("{sinks: {body: {ssn: mask}}}"))
        try await bench.work(Deliveries.request(request("No 234-56-7890")))
        #expect(bench.carrier.calls.map(\.body) == ["No <number>"])
        let event = try #require(bench.outbox.events.first)
        #expect(clear(event).contains("No <number>"))
        #expect(String(decoding: try #require(event.decision), as: UTF8.self).hasPrefix(#"{"outcome":"redact""#))
    }

    @Test("a policy that is exchanged while a message waits decides on its text as on everything else")
    func exchanged() async throws {
        var bench = try Bench()
        let policy = bench.policy
        let stricter = try self.policy("{sinks: {body: {ssn: mask}}}")
        bench.duringPause = { policy.replace(with: stricter) }
        bench.carrier.answer(.refused(Refusal(error: providerError(20429), reason: "too many", retryAfter: 1)))
        try await bench.work(Deliveries.request(request("No 234-56-7890")))
        #expect(bench.carrier.calls.map(\.body) == ["No 234-56-7890", "No <number>"])
        let event = try #require(bench.outbox.events.last)
        #expect(event.name == .message(.accepted))
        #expect(clear(event).contains("No <number>"))
        let decision = String(decoding: try #require(event.decision), as: UTF8.self)
        #expect(decision.contains(#""policy":{"name":"ours""#))
    }

    @Test("the provider is asked to forget messages of the purposes that the settings name") func forgotten()
        async throws
    {
        var bench = try Bench()
        bench.directory.apps?["shop"]?.redactedPurposes = ["one-time-code"]
        try await bench.work(Deliveries.request(id: "a", key: "transactional.shop.one-time-code"))
        try await bench.work(Deliveries.request(id: "b"))
        #expect(bench.carrier.calls.map(\.isRedactedAtProvider) == [true, false])
    }
}
