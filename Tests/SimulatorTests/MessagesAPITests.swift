import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Twilio

@testable import Simulator

@Suite("The Messages API", .timeLimit(.minutes(5))) struct MessagesAPITests {
    @Test("a message is created as Twilio shows it") func create() async throws {
        try await Bench.run { bench async throws in
            let answer = try await bench.send(("Body", "Grüße \"\\\u{1}"))
            #expect(answer.status == .created)
            #expect(answer.headers[try #require(HTTPField.Name("Twilio-Request-Id"))]?.hasPrefix("RQ") == true)
            let sid = try #require(try answer.json().sid)
            let path = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid)"
            let expected = #"""
                {"body":"Grüße \"\\\u0001","num_segments":"1","direction":"outbound-api","from":"+15005550006",\#
                "to":"+15558675310","date_updated":"Thu, 19 Nov 2026 14:53:20 +0000","price":null,"error_message":null,\#
                "uri":"\#(path).json","account_sid":"\#(accountSID)","num_media":"0","status":"queued",\#
                "messaging_service_sid":null,"sid":"\#(sid)","date_sent":null,\#
                "date_created":"Thu, 19 Nov 2026 14:53:20 +0000","error_code":null,"price_unit":"USD",\#
                "api_version":"2010-04-01","subresource_uris":{"media":"\#(path)/Media.json",\#
                "feedback":"\#(path)/Feedback.json"}}
                """#
            #expect(answer.text == expected)
        }
    }

    @Test("through a messaging service it is accepted, and has no sender yet") func service() async throws {
        try await Bench.run { bench async throws in
            let form = [("To", to), ("MessagingServiceSid", serviceSID), ("MediaUrl", "https://example.com/a.png")]
            let answer = try await bench.call(.post, messagesURI, form: form)
            #expect(try answer.json().status == "accepted")
            #expect(try answer.json().sid?.hasPrefix("MM") == true)
            #expect(answer.text.contains(#""from":null"#))
            #expect(answer.text.contains(#""num_segments":"0""#))
            #expect(answer.text.contains(#""num_media":"1""#))
        }
    }

    @Test("every token and key of the account may call") func credentials() async throws {
        try await Bench.run { bench async throws in
            for credentials in [(accountSID, authToken), (accountSID, "the-next-token"), (keySID, "key-secret")] {
                #expect(try await bench.call(.get, messagesURI, credentials: credentials).status == .ok)
            }
        }
    }

    @Test("nobody else may") func unauthorized() async throws {
        try await Bench.run { bench async throws in
            for credentials in [(accountSID, "wrong"), (accountSID, ""), (keySID, authToken), ("", ""), nil] {
                let answer = try await bench.call(.post, messagesURI, form: [("To", to)], credentials: credentials)
                #expect(answer.status == .unauthorized)
                #expect(try answer.json().code == 20003)
            }
            for header in ["Bearer x", "Basic", "Basic !!!", "Basic \(Data("nocolon".utf8).base64EncodedString())"] {
                let answer = try await bench.call(
                    .get, messagesURI, credentials: nil, headers: [.authorization: header])
                #expect(answer.status == .unauthorized)
            }
            let other = messagesURI.replacing("AC01", with: "AC02")
            #expect(try await bench.call(.get, other).json().code == 20404)
        }
    }

    @Test("errors have Twilio's shape") func errorShape() async throws {
        try await Bench.run { bench async throws in
            let answer = try await bench.call(.post, messagesURI, form: [("From", from), ("Body", "x")])
            #expect(answer.status == .badRequest)
            #expect(
                answer.text
                    == #"{"code":21604,"message":"A 'To' phone number is required","#
                    + #""more_info":"https://www.twilio.com/docs/errors/21604","status":400}"#)
        }
    }

    @Test("hostile requests end in an error") func hostile() async throws {
        try await Bench.run { bench async throws in
            let large = try await bench.send(("Body", String(repeating: "x", count: 100_000)))
            #expect(large.status == .contentTooLarge)
            let authorization: HTTPFields = [
                .authorization: basic((accountSID, authToken)), .contentType: "application/x-www-form-urlencoded",
            ]
            for body in ["To=%zz", "To=%ff", "To=%2", String(repeating: "a&", count: 2000)] {
                let answer = try await bench.client.execute(
                    uri: messagesURI, method: .post, headers: authorization, body: ByteBuffer(string: body))
                #expect(answer.status == .badRequest)
            }
            let json = try await bench.client.execute(
                uri: messagesURI, method: .post,
                headers: [.authorization: basic((accountSID, authToken)), .contentType: "application/json"],
                body: ByteBuffer(string: #"{"To": "+15558675310"}"#))
            #expect(try json.json().code == 21604)
            for uri in ["Messages", "Messages/SM1", "Messages/..json", "Calls.json", "Messages.json/x/y"] {
                let answer = try await bench.call(.get, "/2010-04-01/Accounts/\(accountSID)/\(uri)")
                #expect(try answer.json().code == 20404)
            }
            for query in ["PageSize=0", "PageSize=x", "Page=-1", "Page=99999999999999999999", "DateSent=now", "To=%ff"]
            {
                #expect(try await bench.call(.get, messagesURI + "?" + query).json().code == 20422)
            }
        }
    }

    @Test("is fetched, listed, paged") func reading() async throws {
        try await Bench.run { bench async throws in
            for index in 0..<7 { _ = try await bench.send(("Body", "\(index)"), ("To", "+1555867531\(index % 2)")) }
            let fetched = try #require(try await bench.call(.get, messagesURI + "?PageSize=1").json().messages?.first)
            #expect(fetched.body == "6")
            let sid = try #require(fetched.sid)
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid).json"
            #expect(try await bench.call(.get, uri).json().body == "6")

            var next: String? = messagesURI + "?To=%2B15558675310&PageSize=3"
            var bodies: [[String?]] = []
            while let uri = next {
                let page = try await bench.call(.get, uri).json()
                bodies.append(try #require(page.messages).map(\.body))
                next = page.next_page_uri
                // One that arrives between two pages moves none of the others.
                _ = try await bench.send(("Body", "late"), ("To", to))
            }
            #expect(bodies == [["6", "4", "2"], ["0"]])
        }
    }

    @Test("is found by its day and by time before and after") func dates() async throws {
        try await Bench.run { bench async throws in
            _ = try await bench.send()
            func count(_ query: String) async throws -> Int? {
                try await bench.call(.get, messagesURI + "?" + query).json().messages?.count
            }
            #expect(try await count("DateSent=2026-11-19") == 1)
            #expect(try await count("DateSent=2026-11-20") == 0)
            #expect(try await count("DateSent>=2026-11-19") == 1)
            #expect(try await count("DateSent%3E=2026-11-19T14:53:20Z") == 1)
            #expect(try await count("DateSent%3E=2026-11-19T14:53:21Z") == 0)
            #expect(try await count("DateSent%3C=2026-11-19T14:53:20Z") == 1)
            #expect(try await count("DateSent<=2026-11-19") == 0)
            #expect(try await count("From=%2B15005550006") == 1)
            #expect(try await count("From=%2B15005550007") == 0)
        }
    }

    @Test("is canceled while it waits, and reported so") func cancel() async throws {
        try await Bench.run { bench async throws in
            let form = [
                ("To", to), ("MessagingServiceSid", serviceSID), ("Body", "Later"), ("ScheduleType", "fixed"),
                ("SendAt", "2026-11-20T15:00:00Z"), ("StatusCallback", "http://127.0.0.1:1/status"),
            ]
            let created = try await bench.call(.post, messagesURI, form: form).json()
            #expect(created.status == "scheduled")
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(try #require(created.sid)).json"
            #expect(try await bench.call(.post, uri, form: [("Status", "canceled")]).json().status == "canceled")
            let report = try #require(try await bench.transport.forms(1).first)
            #expect(report["MessageStatus"] == "canceled")
            #expect(report["MessagingServiceSid"] == serviceSID)
            let again = try await bench.call(.post, uri, form: [("Status", "canceled")])
            #expect(again.status == .conflict)
            #expect(try again.json().code == 30409)
        }
    }

    @Test("is redacted and deleted once it is final") func redaction() async throws {
        try await Bench.run { bench async throws in
            let sid = try #require(
                try await bench.send(("StatusCallback", "http://127.0.0.1:1/status")).json().sid)
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid).json"
            _ = try await bench.transport.forms(2)
            #expect(try await bench.call(.post, uri, form: [("Body", "changed")]).json().code == 30400)
            #expect(
                try await bench.call(.post, uri, form: [("Body", ""), ("Status", "canceled")]).json().code == 30400)
            #expect(try await bench.call(.post, uri, form: [("Status", "canceled")]).json().code == 30409)
            #expect(try await bench.call(.post, uri, form: [("Body", "")]).json().body == "")
            #expect(try await bench.call(.get, uri).json().body == "")
            #expect(try await bench.call(.delete, uri).status == .noContent)
            #expect(try await bench.call(.get, uri).json().code == 20404)
            #expect(try await bench.call(.delete, uri).json().code == 20404)
        }
    }

    @Test("what has not been sent yet is neither redacted nor deleted") func early() async throws {
        try await Bench.run { bench async throws in
            let form = [
                ("To", to), ("MessagingServiceSid", serviceSID), ("Body", "Later"), ("ScheduleType", "fixed"),
                ("SendAt", "2026-11-20T15:00:00Z"),
            ]
            let sid = try #require(try await bench.call(.post, messagesURI, form: form).json().sid)
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid).json"
            #expect(try await bench.call(.post, uri, form: [("Body", "")]).status == .conflict)
            #expect(try await bench.call(.delete, uri).status == .conflict)
        }
    }

    @Test("as many messages are underway as are kept, and no more") func queueFull() async throws {
        try await Bench.run(configure: { $0.retention = 3 }) { bench async throws in
            let form = [
                ("To", to), ("MessagingServiceSid", serviceSID), ("Body", "Later"), ("ScheduleType", "fixed"),
                ("SendAt", "2026-11-20T15:00:00Z"),
            ]
            for _ in 0..<3 { #expect(try await bench.call(.post, messagesURI, form: form).status == .created) }
            #expect(try await bench.call(.post, messagesURI, form: form).json().code == 21611)
        }
    }

    @Test("the API takes the time that is set") func latency() async throws {
        try await Bench.run(configure: { $0.latency = .milliseconds(60) ... .milliseconds(100) }) {
            bench async throws in
            _ = try await bench.call(.get, messagesURI)
            let set = try await bench.client.execute(
                uri: "/simulator/latency", method: .post, body: ByteBuffer(string: #"{"minimum": 5}"#))
            #expect(set.status == .noContent)
            _ = try await bench.call(.get, messagesURI)
            #expect(bench.time.recordedWaits == [.milliseconds(80), .milliseconds(5)])
        }
    }
}
