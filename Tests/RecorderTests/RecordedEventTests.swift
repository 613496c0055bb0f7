import Foundation
import Messaging
import Testing

@testable import Recorder

@Suite("What an event asks to be recorded") struct RecordedEventTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000.5)

    private func event(_ name: EventName, change: (inout Event) -> Void) -> [UInt8] {
        var message = MessageContext(
            messageID: "order-17", app: "shop", messageClass: .transactional, purpose: "otp", channel: .sms,
            account: "default", sender: "default", attempt: 2)
        message.metadata = ["a": "b"]
        var event = Event(id: "1", name: name, subject: "order-17", time: now, message: message)
        event.recipient = RecipientReference(token: RecipientToken("ph_k1_x"), masked: "+1********10")
        change(&event)
        return event.json(for: .redacted)
    }

    @Test("a status, as the worker and the bridge write it") func status() throws {
        let json = event(.message(.undelivered)) { event in
            event.status = .undelivered
            event.provider = Event.Provider(sid: "SM1", status: "undelivered")
            event.error = ProviderError(
                code: 30006, name: "Landline", category: .recipient, retryable: .no, action: "none")
        }
        guard case .status(let report) = try RecordedEvent(json: json) else {
            Issue.record("not a status")
            return
        }
        #expect(report.key == MessageKey(app: "shop", messageID: "order-17"))
        #expect(report.status == .undelivered)
        #expect(report.sid == "SM1")
        #expect(report.errorCode == 30006)
        #expect(report.attempt == 2)
        #expect(report.recipient?.text == "ph_k1_x")
        #expect(report.metadata == ["a": "b"])
        #expect(report.at == now)
    }

    @Test("an acceptance brings all that later events say, and no address; another status brings nothing")
    func origin() throws {
        func report(_ status: MessageStatus) throws -> StatusReport? {
            let json = event(.message(status)) { event in
                event.status = status
                event.message.correlationID = "cart-9"
                event.provider = Event.Provider(sid: "SM1", status: "queued")
                event.recipient?.country = "US"
                event.recipient?.id = "crm-42"
                event.recipient?.address = "+15558675310"
            }
            guard case .status(let report) = try RecordedEvent(json: json) else { return nil }
            return report
        }
        var message = MessageContext(
            messageID: "order-17", app: "shop", messageClass: .transactional, purpose: "otp", channel: .sms,
            account: "default", sender: "default", attempt: 2)
        message.metadata = ["a": "b"]
        message.correlationID = "cart-9"
        let person = RecipientReference(
            token: RecipientToken("ph_k1_x"), masked: "+1********10", country: "US", id: "crm-42")
        #expect(try report(.accepted)?.origin == MessageOrigin(message: message, recipient: person))
        #expect(try report(.sent)?.origin == nil)
    }

    @Test("a no and a yes, by the time of receipt", arguments: ["revoked", "granted"]) func consent(name: String) throws
    {
        let at = now.addingTimeInterval(-60)
        let json = event(EventName(family: "consent", name: name)) { event in
            event.consent = Event.Consent(
                sender: "+15005550006", program: "+15005550006", keyword: "STOP", evidence: "SM2", at: at)
        }
        guard case .consent(let change) = try RecordedEvent(json: json) else {
            Issue.record("not a change")
            return
        }
        #expect(change.kind.rawValue == name)
        #expect(change.at == at)
        #expect(change.evidence == "SM2")
        #expect(change.programs == ["+15005550006"])
    }

    @Test(
        "a no to a service is one to the number that was written to as well",
        arguments: [
            ("+15005550006", ["MG1", "+15005550006"]), ("72345", ["MG1", "72345"]), ("alerts", ["MG1"]),
            ("MG1", ["MG1"]),
        ])
    func bothNames(sender: String, programs: [String]) throws {
        let json = event(EventName(family: "consent", name: "revoked")) { event in
            event.consent = Event.Consent(sender: sender, program: "MG1", keyword: "STOP", evidence: "SM2", at: now)
        }
        guard case .consent(let change) = try RecordedEvent(json: json) else {
            Issue.record("not a change")
            return
        }
        #expect(change.programs == programs)
    }

    @Test("everything covers every program") func everything() throws {
        let json = event(EventName(family: "consent", name: "revoked")) { event in
            event.consent = Event.Consent(sender: "s", program: "p", keyword: "STOPALL", evidence: "SM3", at: now)
            event.consent?.scope = "everything"
        }
        guard case .consent(let change) = try RecordedEvent(json: json) else {
            Issue.record("not a change")
            return
        }
        #expect(change.programs == [ConsentChange.everything])
    }

    @Test("a tick, and a goodbye") func tick() throws {
        for leaving in ["true", "false"] {
            let json = event(EventName(family: "bridge", name: "tick")) { event in
                event.details = ["bridge": "bridge-a", "leaving": leaving]
            }
            guard case .tick(let bridge, let at, let isLeaving) = try RecordedEvent(json: json) else {
                Issue.record("not a tick")
                return
            }
            #expect(bridge == "bridge-a")
            #expect(at == now)
            #expect(isLeaving == (leaving == "true"))
        }
    }

    @Test("other families ask for nothing") func other() throws {
        let json = event(.error(30006)) { _ in }
        guard case .other = try RecordedEvent(json: json) else {
            Issue.record("something was asked for")
            return
        }
    }

    @Test(
        "what cannot be read names the field",
        arguments: [
            ("{}", "event"), ("not json", "event"), (#"{"type": "x", "data": {}}"#, "type"),
            (#"{"type": "switchboard.message.vanished.v1", "time": "2026-11-21T15:00:00Z", "data": {}}"#, "type"),
            (#"{"type": "switchboard.message.sent.v1", "data": {}}"#, "time"),
            (#"{"type": "switchboard.message.sent.v1", "time": "noon", "data": {}}"#, "time"),
            (
                #"{"type": "switchboard.message.sent.v1", "time": "2026-11-21T15:00:00Z", "data": {"app": "Shop", "messageId": "1"}}"#,
                "data.messageId"
            ),
            (
                #"{"type": "switchboard.consent.revoked.v1", "time": "2026-11-21T15:00:00Z", "data": {}}"#,
                "data.consent"
            ),
            (
                #"{"type": "switchboard.consent.revoked.v1", "time": "2026-11-21T15:00:00Z", "data": {"consent": {}}}"#,
                "data.recipient.token"
            ),
            (#"{"type": "switchboard.bridge.tick.v1", "time": "2026-11-21T15:00:00Z", "data": {}}"#, "data.bridge"),
            (
                #"{"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "+15558675310"}, "consent": {}}}"#,
                "data.recipient.token"
            ),
            (
                #"{"type": "switchboard.message.sent.v1", "time": "2026-11-21T15:00:00Z", "data": {"recipient": {"token": "+15558675310"}}}"#,
                "data.recipient.token"
            ),
            (
                #"{"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "ph_k1_x"}, "consent": {"program": "p", "evidence": "", "at": "2026-11-21T15:00:00Z"}}}"#,
                "data.consent.evidence"
            ),
            (
                #"{"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "ph_k1_x"}, "consent": {"program": "p", "evidence": "SM1", "at": "2026-13-41T15:00:00Z"}}}"#,
                "data.consent.at"
            ),
        ])
    func unreadable(json: String, field: String) {
        let problem = #expect(throws: RequestProblem.self) { try RecordedEvent(json: Array(json.utf8)) }
        #expect(problem?.field == field)
    }

    @Test("hostile JSON is refused, and traps nothing")
    func hostile() {
        let deep = String(repeating: "[", count: 100_000)
        let texts = [
            "", "null", "[]", "0", "\"", "{", #"{"type": 1, "data": {}}"#, #"{"type": "switchboard.message.sent.v1"}"#,
            #"{"type": "switchboard...v1", "data": {}}"#, #"{"type": "....", "data": {}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": {"attempt": 1e400}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": {"attempt": 99999999999999999999}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": {"attempt": "1"}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": {"error": {"code": 1.5}}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": {"metadata": {"a": {"b": 1}}}}"#,
            #"{"type": "switchboard.message.sent.v1", "data": "\ud800"}"#,
            #"{"type": "switchboard.message.sent.v1", "time": "2026-11-21T15:00:00Z", "data": {"app": "a\u0000", "messageId": "b"}}"#,
            deep, #"{"type": "switchboard.message.sent.v1", "data": "# + deep,
            #"{"data":"# + String(repeating: #"{"a":"#, count: 5000),
        ]
        for text in texts {
            #expect(throws: RequestProblem.self) { try RecordedEvent(json: Array(text.utf8)) }
        }
        for bytes: [UInt8] in [[0xFF, 0xFE], [0x7B, 0x22, 0xC3, 0x22, 0x7D], Array(repeating: 0, count: 64)] {
            #expect(throws: RequestProblem.self) { try RecordedEvent(json: bytes) }
        }
    }

    @Test("a problem shows nothing of what was read")
    func problemsAreSafeToLog() {
        let json =
            #"{"type": "switchboard.consent.revoked.v1", "data": {"recipient": {"token": "+15558675310"}, "consent": {"at": "+15558675311"}}}"#
        let problem = #expect(throws: RequestProblem.self) { try RecordedEvent(json: Array(json.utf8)) }
        #expect(problem.map { "\($0)".contains("1555") } == false)
    }
}
