import FoundationEssentials
import Testing
import Twilio

@testable import Simulator

@Suite("The form of a message") struct MessageRequestTests {
    private static let base: [String: String] = ["To": to, "From": from, "Body": "Hello"]
    private static let service: [String: String] = [
        "To": to, "MessagingServiceSid": serviceSID, "Body": "Hello",
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let code: Int
        let change: [String: String?]
        var throughService = false
        var testDescription: String { "\(code) \(change.keys.sorted().joined(separator: " "))" }
    }

    /// A parameter that is nil is left out.
    static let refusals: [Case] = [
        Case(code: 21604, change: ["To": nil]),
        Case(code: 21604, change: ["To": ""]),
        Case(code: 21603, change: ["From": nil]),
        Case(code: 21602, change: ["Body": nil]),
        Case(code: 21602, change: ["Body": ""]),
        Case(code: 21617, change: ["Body": String(repeating: "é", count: 1601)]),
        Case(code: 21211, change: ["To": "+1555867531O"]),
        Case(code: 21211, change: ["To": "15558675310"]),
        Case(code: 21211, change: ["To": "pager:+15558675310"]),
        Case(code: 21211, change: ["To": "+0155586753"]),
        Case(code: 21211, change: ["To": "+15005550001"]),
        Case(code: 21612, change: ["To": "+15005550002"]),
        Case(code: 21408, change: ["To": "+15005550003"]),
        Case(code: 21610, change: ["To": "+15005550004"]),
        Case(code: 21614, change: ["To": "+15005550009"]),
        Case(code: 21614, change: ["To": "+15005550009"], throughService: true),
        Case(code: 21212, change: ["From": "+15005550001"]),
        Case(code: 21606, change: ["From": "+15005550007"]),
        Case(code: 21611, change: ["From": "+15005550008"]),
        Case(code: 21212, change: ["From": "twelve chars"]),
        Case(code: 21212, change: ["From": "+1 555 867 5310"]),
        Case(code: 21266, change: ["From": to]),
        Case(code: 21910, change: ["From": "whatsapp:+15005550006"]),
        Case(code: 21705, change: ["MessagingServiceSid": "MG1"], throughService: true),
        Case(code: 21609, change: ["StatusCallback": "ftp://example.com/"]),
        Case(code: 21609, change: ["StatusCallback": "http://under_score.example.com/"]),
        Case(code: 21609, change: ["StatusCallback": "http://example.com/" + String(repeating: "a", count: 4000)]),
        Case(code: 21620, change: ["MediaUrl": "picture.png"]),
        Case(code: 21655, change: ["ContentSid": "HX1"]),
        Case(code: 21654, change: ["ContentVariables": "{}"]),
        Case(code: 21624, change: ["ValidityPeriod": "0"]),
        Case(code: 21624, change: ["ValidityPeriod": "36001"]),
        Case(code: 21624, change: ["ValidityPeriod": "99999999999999999999"]),
        Case(code: 35118, change: ["ScheduleType": "fixed", "SendAt": "2026-11-20T15:00:00Z"]),
        Case(code: 35111, change: ["ScheduleType": "fixed"], throughService: true),
        Case(code: 35126, change: ["ScheduleType": "later", "SendAt": "2026-11-20T15:00:00Z"], throughService: true),
        Case(code: 35114, change: ["ScheduleType": "fixed", "SendAt": "2026-11-19T14:53:21Z"], throughService: true),
        Case(code: 35114, change: ["ScheduleType": "fixed", "SendAt": "2027-11-19T14:53:21Z"], throughService: true),
        Case(code: 35114, change: ["ScheduleType": "fixed", "SendAt": "tomorrow"], throughService: true),
    ]

    private func read(_ change: [String: String?], throughService: Bool = false) throws -> MessageRequest {
        var parameters = throughService ? Self.service : Self.base
        for (name, value) in change { parameters[name] = value }
        return try MessageRequest(
            FormFields(parameters.map { FormFields.Field($0, $1) }), senders: [], now: ScriptedTime.start)
    }

    @Test("is refused with Twilio's code", arguments: refusals) func refused(_ refusal: Case) throws {
        let error = try #require(throws: APIError.self) {
            try self.read(refusal.change, throughService: refusal.throughService)
        }
        #expect(error.code == refusal.code)
        #expect(error.status == 400)
    }

    @Test(
        "is taken",
        arguments: [
            ["Body": String(repeating: "é", count: 1600)], ["Body": nil, "MediaUrl": "https://example.com/a.png"],
            ["Body": nil, "ContentSid": "HX0123456789abcdef0123456789abcdef", "ContentVariables": #"{"1":"A"}"#],
            ["From": "Switchboard"], ["From": "12345"], ["ValidityPeriod": "36000"],
            ["To": "whatsapp:+15558675310", "From": "whatsapp:+15005550006"],
            ["To": "messenger:12345", "From": "messenger:67890"],
            ["StatusCallback": "https://user:pass@example.com:8443/a?b=c#rc=3"], ["MaxPrice": "whatever"],
        ] as [[String: String?]]) func acceptances(_ change: [String: String?]) throws
    {
        _ = try read(change)
    }

    @Test("more than ten media are refused") func media() throws {
        let media = (0..<11).map { FormFields.Field("MediaUrl", "https://example.com/\($0)") }
        let error = try #require(throws: APIError.self) {
            try MessageRequest(
                FormFields(media + [FormFields.Field("To", to), FormFields.Field("From", from)]), senders: [],
                now: ScriptedTime.start)
        }
        #expect(error.code == 21623)
    }

    @Test("a sender that is not the account's is refused, but for the one that Twilio always takes") func senders() {
        func code(_ from: String) -> Int? {
            let fields = [("To", to), ("From", from), ("Body", "x")].map { FormFields.Field($0, $1) }
            do {
                _ = try MessageRequest(FormFields(fields), senders: ["+15551112222"], now: ScriptedTime.start)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code("+15553334444") == 21606)
        #expect(code("+15551112222") == nil)
        #expect(code("+15005550006") == nil)
    }

    @Test("is scheduled at the edges of 15 minutes and 35 days") func schedule() throws {
        for seconds in [900.0, 3_024_000] {
            let sendAt = ScriptedTime.start.addingTimeInterval(seconds)
            let request = try read(
                ["ScheduleType": "fixed", "SendAt": sendAt.formatted(.iso8601)], throughService: true)
            #expect(request.sendAt == sendAt)
        }
    }
}
