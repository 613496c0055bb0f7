import FoundationEssentials
import Messaging
import Policy
import Testing

@Suite("Explaining a request") struct ExplainLineTests {
    private let now = Date(timeIntervalSince1970: 1_795_291_200)

    private func explain(_ line: String) -> ExplainLine {
        ExplainLine(Array(line.utf8), policy: .shipped, now: now)
    }

    @Test("a request is judged without facts, and its app is trusted") func allowed() throws {
        let line = #"{"to":"+14155550132","body":"Hi, or STOP","app":"shop","class":"promotional","purpose":"spring"}"#
        let explained = explain(line)
        #expect(explained.decision.outcome == .allow)
        #expect(
            Set(explained.decision.notRun).isSuperset(of: [
                "opt-out.program", "opt-out.not-current", "consent.promotional",
            ]))
        #expect(explained.decision.facts.consent == "unknown")
        let candidate = try ExplainRequest(json: Array(line.utf8)).candidate
        #expect(candidate.app == "shop")
        #expect(candidate.messageClass == .promotional)
        #expect(candidate.purpose == "spring")
        #expect(candidate.isTrusted)
    }

    @Test("app, class and purpose may be left out, or be null") func defaults() throws {
        for line in [
            #"{"to": "+14155550132", "body": "Hi"}"#, #"{"app":null,"to":"+14155550132","body":"Hi","class":null}"#,
        ] {
            let candidate = try ExplainRequest(json: Array(line.utf8)).candidate
            #expect(candidate.messageClass == .transactional)
            #expect(isRoutingWord(candidate.app))
            #expect(isRoutingWord(candidate.purpose))
        }
    }

    @Test(
        "an unreadable line is rejected by a rule that names the field",
        arguments: [
            ("", "request.json", "request is not JSON in UTF-8"), ("{", "request.json", "request is not JSON in UTF-8"),
            ("nonsense", "request.json", "request is not JSON in UTF-8"),
            ("[]", "request.json", "request is not a JSON object"),
            ("7", "request.json", "request is not a JSON object"),
            ("{}", "request.to", "to is missing"),
            (#"{"app": "shop", "purpose": "x"}"#, "request.to", "to is missing"),
            (
                #"{"to": "+14155550132", "body": "x", "bodi": 1}"#, "request.bodi",
                "bodi is not a field of a send request"
            ),
            (#"{"to": "+14155550132", "body": "x", "app": 5}"#, "request.app", "app is not a string"),
            (
                #"{"to": "+14155550132", "body": "x", "app": "Shop"}"#, "request.app",
                "app is not 1 to 32 of a-z, 0-9 and -"
            ),
            (
                #"{"to": "+14155550132", "body": "x", "class": "urgent"}"#, "request.class",
                "class is none of transactional promotional"
            ),
            (#"{"to": "+14155550132", "body": "x", "purpose": []}"#, "request.purpose", "purpose is not a string"),
            (
                #"{"to": "+14155550132", "body": "x", "sendAt": "2027-11-21T15:00:00Z"}"#, "request.sendAt",
                "sendAt is more than 35 days ahead"
            ),
            (
                #"{"to": "+14155550132", "body": "x", "+14155550132": ""}"#, "request.<number>",
                "<number> is not a field of a send request"
            ),
        ]) func rejected(line: String, rule: String, why: String)
    {
        let decision = explain(line).decision
        #expect(decision.outcome == .reject)
        #expect(decision.reasons.map(\.rule) == [rule])
        #expect(decision.reasons.map(\.why) == [why])
        #expect(decision.policy == PolicyEngine.shipped.revision)
    }

    @Test("hostile lines end in a rejection")
    func hostile() {
        let deep = String(repeating: #"{"a":["#, count: 20_000)
        for line in [
            deep, String(repeating: "x", count: 1 << 20), "{\"to\":\"\\", "{\"to\": \"+1\\ud800\"}", "{\"a\":1}}",
            "\u{0}",
            #"{"a": {"app": ["}"]}, "to": 1e999}"#, #"{"to": "x\"", "app"}"#,
            "{\"\\u0061pp\": \"x\", \"to\": \"+14155550132\"}",
        ] {
            #expect(explain(line).decision.outcome == .reject)
        }
        #expect(
            ExplainLine([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], policy: .shipped, now: now).decision.outcome == .reject)
    }

    @Test("in clear, it shows what would be sent and what the log would show") func clear() throws {
        let explained = explain(#"{"to": "+14155550132", "body": "Call +14155550199, \"now\"", "app": "shop"}"#)
        let plain = String(decoding: explained.json(), as: UTF8.self)
        #expect(!plain.contains("4155550199"))
        let clear = String(decoding: explained.json(clear: true), as: UTF8.self)
        #expect(clear.hasPrefix(plain.dropLast()))
        #expect(clear.hasSuffix(#","body":"Call +14155550199, \"now\"","log":"Call <number>, \"now\""}"#))
        let rejected = explain("{}")
        #expect(rejected.json(clear: true) == rejected.json())
    }
}
