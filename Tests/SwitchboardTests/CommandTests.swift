import Foundation
import Messaging
import Testing
import Twilio

@testable import Switchboard

@Suite("Commands") struct CommandTests {
    @Test("an event becomes one aligned line") func eventLine() {
        let json = #"""
            {"time": "2026-11-21T15:00:00.250Z", "data": {"status": "blocked", "recipient": {"token": "ph_k1_abc"},
             "decision": {"outcome": "block", "reasons": [{"rule": "a", "effect": "warn", "why": "x"},
             {"rule": "opt-out.program", "effect": "block", "why": "she said STOP"}]}}}
            """#
        let line = EventLine(routingKey: "message.blocked.sms.promotional.shop", json: Array(json.utf8)).text
        #expect(line.hasPrefix("15:00:00.250 message.blocked.sms.promotional.shop "))
        #expect(line.contains(" ph_k1_abc "))
        #expect(line.hasSuffix(" blocked      opt-out.program: she said STOP"))
        #expect(!line.contains("\n"))
    }

    @Test("what is no event is a line with its key") func strangeEvent() {
        #expect(EventLine(routingKey: "a.b", json: Array("{}".utf8)).text.hasSuffix("a.b"))
    }

    @Test("CSV reaches into objects and leaves empty cells out") func csv() throws {
        let text = #"""
            id,to,body,metadata.campaign,template.name
            a-1,+15558675310,"Hi, ""you"" ",spring,
            ,+15558675311,,,order
            """#
        let requests = try CSVRequests(Array(text.utf8)).requests()
        #expect(requests.map(\.messageID).first == "a-1")
        let first = try SendRequest(json: requests[0].json)
        #expect(first.body == "Hi, \"you\" ")
        #expect(first.metadata == ["campaign": "spring"])
        #expect(try SendRequest(json: requests[1].json).template?.name == "order")
    }

    @Test(
        "CSV that is wrong names its line",
        arguments: [
            ("number,body\n1,2", "line 1 names no column \"to\""),
            ("to,body\n+15558675310", "line 2 row has 1 cells; the header has 2"),
            ("to,bodi\n+15558675310,x", "line 2 bodi is not a field of a send request"),
        ])
    func wrongCSV(text: String, expected: String) {
        let problem = #expect(throws: RequestProblem.self) { try CSVRequests(Array(text.utf8)).requests() }
        #expect(problem?.description == expected)
    }

    @Test("a line of the signature command is judged, whatever it holds") func signature() throws {
        let question = try SignatureQuestion(
            Array(
                #"{"method": "GET", "url": "https://example.com/myapp.php?foo=1&bar=2", "signature": "x", "tokens": ["12345"]}"#
                    .utf8))
        #expect(!question.verdict(configured: []).isValid)
        for line in ["", "[]", "{}", #"{"url": "x", "params": [["a"]]}"#, #"{"url": 5}"#] {
            #expect(throws: RequestProblem.self) { try SignatureQuestion(Array(line.utf8)) }
        }
    }

    @Test("a busy port is said in words") func ports() throws {
        let address = try #require(ListenAddress("127.0.0.1:0"))
        #expect(address.whyUnavailable() == nil)
        #expect(ListenAddress("[::1]:80")?.description == "[::1]:80")
        #expect(ListenAddress("nowhere") == nil)
        #expect(ListenAddress("host:70000") == nil)
    }
}
