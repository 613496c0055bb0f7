import AMQP
import Foundation
import Messaging
import Testing
import Topics

@Suite("Delay ladder") struct DelayStepTests {
    @Test("a wait takes the largest step that fits, and never less than the smallest") func fitting() {
        #expect(DelayStep.fitting(seconds: 0) == .fiveSeconds)
        #expect(DelayStep.fitting(seconds: 29.9) == .fiveSeconds)
        #expect(DelayStep.fitting(seconds: 30) == .thirtySeconds)
        #expect(DelayStep.fitting(seconds: 3599) == .tenMinutes)
        #expect(DelayStep.fitting(seconds: 1e9) == .sixHours)
    }

    @Test("waits grow with the attempts and stay on the ladder") func attempts() {
        #expect(
            (0...9).map { DelayStep.afterAttempts($0).rawValue } == [
                "5s", "5s", "30s", "2m", "10m", "1h", "6h", "6h", "6h", "6h",
            ])
    }
}

@Suite("Headers of a republished request") struct ProgressHeadersTests {
    private let progress = ProgressHeaders(
        app: "shop", purpose: "otp", attempts: 2, firstAt: Date(timeIntervalSince1970: 1_700_000_000), reason: "retry")
    private static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("what is written is read back") func roundTrip() {
        #expect(ProgressHeaders(progress.properties(republishing: MessageProperties()).headers) == progress)
    }

    @Test("broker headers, copies and expiry are stripped, identity and trace are kept") func stripped() {
        var original = MessageProperties()
        original.messageID = "order-17"
        original.userID = "shop"
        original.expiration = "1000"
        original.headers = [
            "x-death": .array([]), "x-first-death-queue": .string("q"), "x-delivery-count": .int64(3), "CC": .array([]),
            "BCC": .array([]), "sb-attempt": .int64(99), "traceparent": .string(Self.trace), "mine": .string("x"),
        ]
        let properties = progress.properties(republishing: original)
        #expect(
            Set(properties.headers.keys)
                == ["sb-app", "sb-purpose", "sb-attempt", "sb-first-at", "sb-reason", "traceparent"])
        #expect(properties.headers["sb-attempt"] == .int64(2))
        #expect(properties.expiration == nil)
        #expect(properties.messageID == "order-17")
        #expect(properties.userID == "shop")
        #expect(properties.deliveryMode == .persistent)
    }

    @Test(
        "only a trace context passes for one: whatever else stands there, of any size, is left behind",
        arguments: [
            (.string(trace), true), (.string("00-a-b-01"), false), (.string(trace.uppercased()), false),
            (.string(trace + "0"), false), (.string(String(repeating: "-", count: 55)), false),
            (.string(String(repeating: "a", count: 120_000)), false), (.bytes(Array(trace.utf8)), false),
            (.table(["a": .string(trace)]), false), (.string("ff" + trace.dropFirst(2)), false),
        ] as [(FieldValue, Bool)]) func traces(value: FieldValue, isTaken: Bool)
    {
        var original = MessageProperties()
        original.headers["traceparent"] = value
        #expect(
            progress.properties(republishing: original).headers["traceparent"]
                == (isTaken ? .string(Self.trace) : nil))
    }

    @Test("a property that grew beyond the wire's limit when it was read is left out") func grown() {
        let progress = ProgressHeaders(
            app: "shop", purpose: "p", attempts: 0, firstAt: Date(timeIntervalSince1970: 0), reason: nil)
        var original = MessageProperties()
        original.contentType = String(repeating: "\u{FFFD}", count: 86)
        original.messageID = String(repeating: "\u{FFFD}", count: 85)
        let properties = progress.properties(republishing: original)
        #expect(properties.contentType == nil)
        #expect(properties.messageID == original.messageID)
    }

    @Test("headers that are not ours are no progress") func foreign() {
        #expect(ProgressHeaders([:]) == nil)
        #expect(ProgressHeaders(["sb-app": .string("Shop"), "sb-purpose": .string("otp")]) == nil)
        #expect(ProgressHeaders(["sb-app": .int64(1), "sb-purpose": .string("otp")]) == nil)
    }
}
