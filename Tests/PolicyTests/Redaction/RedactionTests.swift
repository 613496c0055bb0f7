import Foundation
import Messaging
import Testing

@testable import Policy

@Suite("Redaction by the policy") struct RedactionTests {
    private let now = Date(timeIntervalSince1970: 1_795_291_200)
    private let number = "4111 1111 1111 1111"

    private func engine(_ more: String = "") throws -> PolicyEngine {
        PolicyEngine(try PolicyDocument(yaml: Array("name: ours\njurisdictions: {world: {}}\n\(more)".utf8)))
    }

    private func candidate(
        _ text: String?, purpose: String = "receipt", change: (inout SendRequest) -> Void = { _ in }
    ) throws -> Candidate {
        var request = SendRequest(to: try Address("+14155550132"), body: text)
        change(&request)
        return Candidate(
            request: request, text: text, app: "shop", messageClass: .transactional, purpose: purpose, isTrusted: true)
    }

    private func judge(
        _ text: String?, _ engine: PolicyEngine = .shipped, purpose: String = "receipt",
        change: (inout SendRequest) -> Void = { _ in }
    ) throws -> (decision: Decision, candidate: Candidate) {
        let reviewed = engine.reviewed(try candidate(text, purpose: purpose, change: change))
        return (engine.decide(reviewed, facts: nil, now: now), reviewed)
    }

    @Test("what a file leaves out holds as shipped") func standard() throws {
        #expect(PolicyDocument.shipped.redaction.table == .standard)
        #expect(
            try PolicyDocument(yaml: Array("name: x\njurisdictions: {world: {}}".utf8)).redaction.table == .standard)
    }

    @Test("a card number stops a message, and stands in no record") func card() throws {
        let (decision, reviewed) = try judge("Paid with \(number).")
        #expect(decision.outcome == .block)
        let reason = try #require(decision.decidingReason)
        #expect(reason.rule == "content.pan")
        #expect(reason.reference == "PCI DSS 4.0.1, requirement 4.2.2")
        #expect(
            decision.redactions
                == ["body", "log", "events.clear"].map {
                    Decision.Redaction(rule: "pan", sink: $0, start: 10, end: 29)
                })
        #expect(reviewed.clearText == "Paid with <number>.")
        let json = String(decoding: decision.json, as: UTF8.self)
        #expect(json.contains(#"{"rule":"pan","sink":"log","start":10,"end":29}"#))
        #expect(!json.contains("4111"))
    }

    @Test("an overlay that lets rules of content only warn lets no card number pass") func notWeakened() throws {
        for rule in ["content", "content.pan"] {
            let lenient = try engine("overlays: [{name: lenient, warnOnly: [\(rule)]}]\n")
            #expect(try judge("Paid with \(number).", lenient).decision.outcome == .block)
        }
    }

    @Test("digits that only may be a card number warn, are sent, and are hidden elsewhere") func doubtful() throws {
        let text = "Parcel 9701234567890122"
        let (warned, sent) = try judge(text)
        #expect(warned.outcome == .warn)
        #expect(warned.reasons.map(\.rule) == ["content.pan"])
        #expect(sent.sentText == text)
        #expect(sent.clearText == "Parcel <number>")
        #expect(warned.redactions.map(\.sink) == ["log", "events.clear"])
    }

    @Test("a one-time code is sent and told on events.clear as it is, and never logged") func code() throws {
        let (decision, reviewed) = try judge("Your code is 471100")
        #expect(decision.outcome == .allow)
        #expect(reviewed.sentText == "Your code is 471100")
        #expect(reviewed.clearText == "Your code is 471100")
        #expect(PolicyEngine.shipped.logText(reviewed) == "Your code is <code>")
        #expect(decision.redactions.map { "\($0.rule) \($0.sink)" } == ["otp log"])
    }

    @Test("what is masked in the body is sent so, and told") func maskedBody() throws {
        let engine = try engine(
            """
            redaction:
              sinks: {body: {ssn: mask, email: block}, events.clear: {phone: mask}}
              patterns: {loyalty: '"LC-" digit{6}'}
            overlays:
              - {name: quiet, purposes: [quiet], redaction: {sinks: {body: {loyalty: mask, ssn: allow}}}}
            """)
        let (decision, reviewed) = try judge("No 234-56-7890, LC-123456, +14155550132", engine)
        #expect(decision.outcome == .redact)
        #expect(decision.reasons.map(\.rule) == ["content.ssn"])
        #expect(reviewed.sentText == "No <number>, LC-123456, +14155550132")
        #expect(reviewed.clearText == "No <number>, <redacted>, <number>")
        #expect(
            Set(decision.redactions.map { "\($0.rule) \($0.sink)" }) == [
                "ssn body", "ssn log", "pattern.loyalty log", "pattern.loyalty events.clear",
                "phone log", "phone events.clear",
            ])
        // An overlay only adds.
        let (quiet, sent) = try judge("No 234-56-7890, LC-123456", engine, purpose: "quiet")
        #expect(quiet.reasons.map(\.rule) == ["content.pattern.loyalty", "content.ssn"])
        #expect(sent.sentText == "No <number>, <redacted>")
        #expect(try judge("mail ann@example.com", engine).decision.outcome == .block)
    }

    @Test("values of a text that the provider keeps are looked at like a text") func variables() throws {
        func judge(_ value: String, _ engine: PolicyEngine) throws -> (decision: Decision, candidate: Candidate) {
            let sid = "HX" + String(repeating: "1", count: 32)
            let json =
                #"{"to": "+14155550132", "content": {"sid": "\#(sid)", "variables": {"1": "\#(value)", "2": "Ann"}}}"#
            let content = try SendRequest(json: Array(json.utf8)).content
            return try self.judge(nil, engine) { $0.content = content }
        }
        let blocked = try judge(number, .shipped).decision
        #expect(blocked.reasons.map(\.rule).contains("content.pan"))
        #expect(blocked.outcome == .block)
        #expect(try judge("A-17", .shipped).decision.passed.contains("content.pan"))
        let masked = try judge("234-56-7890", engine("redaction: {sinks: {body: {ssn: mask}}}"))
        #expect(masked.candidate.sentContent?.variables == ["1": "<number>", "2": "Ann"])
        #expect(masked.decision.outcome == .redact)
    }

    @Test("the text is encoded before it is looked at again, and a second find stops it") func secondLook() throws {
        func review(_ text: String, encode: @escaping (String) -> String) throws -> TextReview {
            TextReview(
                try candidate(text), table: .standard, patterns: [], encode: encode)
        }
        let made = try review("Paid with ❶") { $0.replacing("❶", with: "4111111111111111") }
        #expect(made.blocking.map(\.kind) == [.detector(.pan)])
        let kept = try review("Your code is “471100”", encode: smartEncoded)
        #expect(kept.blocking.isEmpty)
        #expect(kept.body == "Your code is \"471100\"")
        #expect(kept.clearText == "Your code is \"471100\"")
        #expect(kept.segmentCount?.encoding == "GSM-7")
        // Offsets are those of the request's own text.
        #expect(kept.findings.map(\.range) == [14..<20])
        let hidden = try review("No ４１１１\u{200B}１１１１１１１１１１１１ ok", encode: smartEncoded)
        #expect(hidden.blocking.map(\.kind).first == .detector(.pan))
    }

    @Test("smart encoding holds where the file or an overlay asks for it") func smartEncoding() throws {
        let text = "“Hi” – it’s here…"
        #expect(try judge(text).decision.facts.encoding == "UCS-2")
        let engine = try engine("smartEncoding: true\noverlays: [{name: raw, purposes: [raw], smartEncoding: false}]")
        let (decision, reviewed) = try judge(text, engine)
        #expect(reviewed.sentText == "\"Hi\" - it's here...")
        #expect(decision.facts.encoding == "GSM-7")
        #expect(try judge(text, engine, purpose: "raw").candidate.sentText == text)
        #expect(smartEncoded("“Hi” 👍") == "“Hi” 👍")
    }

    @Test("words of health warn") func health() throws {
        let (decision, _) = try judge("Your HIV test is back")
        #expect(decision.outcome == .warn)
        #expect(decision.reasons.map(\.rule) == ["content.health"])
        #expect(try judge("Your hive has shipped").decision.outcome == .allow)
    }

    @Test("a sink that may not have a text at all gets none") func blockedSink() throws {
        let engine = try engine("redaction: {sinks: {events.clear: {ssn: block}, log: {ssn: block}}}")
        let (decision, reviewed) = try judge("No 234-56-7890", engine)
        #expect(decision.outcome == .allow)
        #expect(reviewed.sentText == "No 234-56-7890")
        #expect(reviewed.clearText == nil)
        #expect(engine.logText(reviewed) == nil)
    }

    @Test("a candidate reviewed by another policy is reviewed anew") func otherPolicy() throws {
        let reviewed = PolicyEngine.shipped.reviewed(try candidate("No 234-56-7890"))
        let engine = try engine("redaction: {sinks: {body: {ssn: block}}}")
        #expect(engine.decide(reviewed, facts: nil, now: now).outcome == .block)
        #expect(engine.reviewed(reviewed).clearText == "No <number>")
    }

    @Test("people's texts are masked for events.clear as messages are") func inbound() throws {
        let address = try Address("+14155550132")
        #expect(
            PolicyEngine.shipped.clearText("my card \(number), ann@example.com", app: nil, from: address)
                == "my card <number>, ann@example.com")
        let engine = try engine(
            "overlays: [{name: a, apps: [shop], redaction: {sinks: {events.clear: {email: mask}}}}]")
        #expect(engine.clearText("ann@example.com", app: "shop", from: address) == "<email>")
        #expect(engine.clearText("ann@example.com", app: "other", from: nil) == "ann@example.com")
    }

    @Test(
        "what is wrong in the section is told with line and column",
        arguments: [
            ("redaction: {sink: {}}", "3:13: redaction.sink: is not known; known here: health patterns sinks"),
            (
                "redaction: {sinks: {bodi: {}}}",
                "3:21: redaction.sinks.bodi: is no sink: body log events events.clear archive ledger"
            ),
            (
                "redaction: {sinks: {body: {pan: hide}}}",
                "3:33: redaction.sinks.body.pan: is none of allow mask block"
            ),
            (
                "redaction: {sinks: {body: {pin: mask}}}",
                "3:28: redaction.sinks.body.pin: is neither a detector nor a pattern: all pan ssn iban email phone otp url-secret"
            ),
            (
                "redaction: {sinks: {body: {otp: mask}}}",
                "3:33: redaction.sinks.body.otp: would hide a one-time code from who asked for it; in the body it is always allowed"
            ),
            ("redaction: {sinks: {log: {email: allow}}}", "3:34: redaction.sinks.log.email: is allowed in no log"),
            ("redaction: {sinks: {log: {all: allow}}}", "3:32: redaction.sinks.log.all: is allowed in no log"),
            (
                "redaction:\n  patterns:\n    evil: (a+)+b",
                #"5:11: redaction.patterns.evil: at character 1: is no part of a pattern: "text" [characters] digit letter alnum space"#
            ),
            (
                "redaction: {patterns: {evil: 'alnum{1,99} digit{3}'}}",
                "3:30: redaction.patterns.evil: at character 1: may stand several times, and what follows may be the same characters"
            ),
            (
                "redaction: {patterns: {pan: '\"abc\"'}}",
                "3:24: redaction.patterns.pan: is no name of a pattern: 1 to 32 of a-z, 0-9 and -, and no detector's"
            ),
            ("redaction: {health: {}}", "3:21: redaction.health: lacks words"),
            ("smartEncoding: perhaps", "3:16: smartEncoding: is neither true nor false"),
            (
                "overlays: [{name: x, redaction: {patterns: {}}}]",
                "3:34: overlays.0.redaction.patterns: is not known; known here: sinks"
            ),
        ]) func problems(yaml: String, expected: String)
    {
        do throws(PolicyProblem) {
            _ = try PolicyDocument(yaml: Array("name: a\njurisdictions: {world: {}}\n\(yaml)\n".utf8))
            Issue.record("was taken")
        } catch {
            #expect(error.description == expected)
        }
    }

    /// What it knows are places in its own data: another's may differ although the files are the same.
    @Test("a policy takes nothing from another one, also of the same revision") func another() throws {
        let (first, second) = (try engine(), try engine())
        #expect(first.revision == second.revision)
        let reviewed = first.reviewed(try candidate("Hello"))
        #expect(first.reviewed(reviewed) === reviewed)
        let again = second.reviewed(reviewed)
        #expect(again !== reviewed)
        #expect(again.known?.standing !== reviewed.known?.standing)
    }
}
