import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Twilio

@testable import Simulator

@Suite("What happens to messages", .timeLimit(.minutes(5))) struct OutcomeAPITests {
    private let callback = ("StatusCallback", "http://127.0.0.1:1/status?id=1#rc=3&rp=all")

    private func number(_ outcome: Outcome) throws -> String {
        try #require(ScriptedNumber.all.first { $0.outcome == outcome }).number
    }

    @Test("callbacks come signed, in order, with their delays and fields") func delivered() async throws {
        try await Bench.run { bench async throws in
            let sid = try #require(try await bench.send(callback).json().sid)
            let forms = try await bench.transport.forms(2)
            #expect(forms.map { $0["MessageStatus"] } == ["sent", "delivered"])
            #expect(bench.time.recordedWaits == [.milliseconds(200), .milliseconds(500)])
            #expect(forms[0]["RawDlrDoneDate"] == nil)
            let delivered = forms[1]
            #expect(delivered["MessageSid"] == sid && delivered["SmsSid"] == sid)
            #expect(delivered["SmsStatus"] == "delivered")
            #expect(delivered["AccountSid"] == accountSID && delivered["ApiVersion"] == "2010-04-01")
            #expect(delivered["From"] == from && delivered["To"] == to)
            #expect(delivered["RawDlrDoneDate"] == "2611191453")
            #expect(delivered["ErrorCode"] == nil && delivered["MessagingServiceSid"] == nil)
            let post = try #require(await bench.transport.posts.first)
            #expect(post.url == "http://127.0.0.1:1/status?id=1")
            let verdict = WebhookSignature.verify(
                url: post.url, params: forms[0].fields, signature: post.header("X-Twilio-Signature"),
                tokens: [authToken])
            #expect(verdict.isValid)
        }
    }

    @Test(
        "delivery errors come with their codes, in callbacks and in the message",
        arguments: [
            ("+15005550103", "undelivered", 30003), ("+15005550105", "undelivered", 30005),
            ("+15005550106", "undelivered", 30006), ("+15005550107", "undelivered", 30007),
            ("+15005550108", "failed", 30008),
        ]) func failures(_ number: String, _ status: String, _ code: Int) async throws
    {
        try await Bench.run { bench async throws in
            let answer = try await bench.send(("To", number), callback)
            let last = try #require(try await bench.transport.forms(status == "failed" ? 1 : 2).last)
            #expect(last["MessageStatus"] == status)
            #expect(last["ErrorCode"] == "\(code)")
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(try #require(try answer.json().sid)).json"
            let fetched = try await bench.call(.get, uri)
            #expect(try fetched.json().status == status)
            #expect(fetched.text.contains("\"error_code\":\(code)"))
        }
    }

    @Test("a message through a service is queued first, and then has a sender") func service() async throws {
        try await Bench.run(configure: { $0.serviceNumbers = [serviceSID: "+15551112222"] }) { bench async throws in
            let form = [("To", to), ("MessagingServiceSid", serviceSID), ("Body", "x"), callback]
            let sid = try #require(try await bench.call(.post, messagesURI, form: form).json().sid)
            let forms = try await bench.transport.forms(3)
            #expect(forms.map { $0["MessageStatus"] } == ["queued", "sent", "delivered"])
            #expect(forms.allSatisfy { $0["From"] == "+15551112222" && $0["MessagingServiceSid"] == serviceSID })
            let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid).json"
            #expect(try await bench.call(.get, uri).json().from == "+15551112222")
        }
    }

    @Test("read, out of order, twice") func shapes() async throws {
        let expected: [(Outcome, [String])] = [
            (.read, ["sent", "delivered", "read"]), (.callbacksOutOfOrder, ["delivered", "sent"]),
            (.callbacksTwice, ["sent", "sent", "delivered", "delivered"]),
        ]
        for (outcome, statuses) in expected {
            let number = try number(outcome)
            try await Bench.run { bench async throws in
                let sid = try #require(try await bench.send(("To", number), callback).json().sid)
                let forms = try await bench.transport.forms(statuses.count)
                #expect(forms.map { $0["MessageStatus"] } == statuses)
                let tokens = await bench.transport.posts.map { $0.header("I-Twilio-Idempotency-Token") }
                #expect(Set(tokens).count == statuses.count)
                let uri = "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid).json"
                let status = try await bench.call(.get, uri).json().status
                #expect(status == (outcome == .read ? "read" : "delivered"))
            }
        }
    }

    @Test("a callback can come before the answer") func early() async throws {
        let number = try number(.callbackBeforeAnswer)
        try await Bench.run { bench async throws in
            let answer = try await bench.send(("To", number), callback)
            #expect(answer.status == .created)
            // Nobody waited for it: it was there when the answer was.
            #expect(await bench.transport.posts.count >= 1)
            #expect(try await bench.transport.forms(2).map { $0["MessageStatus"] } == ["sent", "delivered"])
        }
    }

    @Test("too many requests: always, or once for each message") func rateLimits() async throws {
        let (always, once) = (try number(.rateLimited), try number(.rateLimitedOnce))
        try await Bench.run { bench async throws in
            for _ in 0..<3 {
                let answer = try await bench.send(("To", always))
                #expect(answer.status == .tooManyRequests)
                #expect(answer.headers[.retryAfter] == "1")
                #expect(try answer.json().code == 20429)
            }
            #expect(try await bench.send(("To", once), ("Body", "a")).status == .tooManyRequests)
            #expect(try await bench.send(("To", once), ("Body", "b")).status == .tooManyRequests)
            #expect(try await bench.send(("To", once), ("Body", "a")).status == .created)
            #expect(try await bench.send(("To", once), ("Body", "b")).status == .created)
            #expect(try await bench.send(("To", once), ("Body", "a")).status == .tooManyRequests)
        }
    }

    @Test("500, with and without the message being taken") func serverErrors() async throws {
        for (outcome, isTaken) in [(Outcome.errorNotTaken, false), (.errorTaken, true)] {
            let number = try number(outcome)
            try await Bench.run { bench async throws in
                let answer = try await bench.send(("To", number), callback)
                #expect(answer.status == .internalServerError)
                #expect(try answer.json().code == 20500)
                if isTaken { _ = try await bench.transport.forms(2) }
                let list = try await bench.call(.get, messagesURI).json().messages
                #expect(list?.count == (isTaken ? 1 : 0))
            }
        }
    }

    @Test("refused numbers, a slow answer, no callbacks") func others() async throws {
        let (optedOut, invalid) = (try number(.optedOut), try number(.invalidNumber))
        let (slow, silent) = (try number(.slowAnswer), try number(.noCallbacks))
        try await Bench.run { bench async throws in
            #expect(try await bench.send(("To", optedOut)).json().code == 21610)
            #expect(try await bench.send(("To", invalid)).json().code == 21211)
            #expect(try await bench.send(("To", slow)).status == .created)
            #expect(bench.time.recordedWaits.contains(.seconds(5)))
            _ = try await bench.send(("To", silent), callback)
            _ = try await bench.send(callback)
            let forms = try await bench.transport.forms(2)
            #expect(forms.allSatisfy { $0["To"] == to })
        }
    }

    @Test("any number can be given an outcome, and loses it again") func programming() async throws {
        try await Bench.run { bench async throws in
            func program(_ json: String) async throws -> HTTPResponse.Status {
                try await bench.client.execute(
                    uri: "/simulator/outcomes", method: .post, body: ByteBuffer(string: json)
                ).status
            }
            #expect(try await program(#"{"number": "+15558675310", "outcome": "rate-limited"}"#) == .noContent)
            #expect(try await bench.send().status == .tooManyRequests)
            #expect(
                try await bench.client.execute(uri: "/simulator/outcomes", method: .get).text
                    .contains(#""programmed":{"+15558675310":"rate-limited"}"#))
            #expect(try await bench.client.execute(uri: "/simulator/outcomes", method: .delete).status == .noContent)
            #expect(try await bench.send().status == .created)
            for wrong in [
                #"{"number": "+15558675310", "outcome": "lost"}"#, #"{"number": "Ann", "outcome": "read"}"#, "{", "[]",
                #"{"number": 1, "outcome": "read"}"#,
            ] {
                #expect(try await program(wrong) == .badRequest)
            }
            #expect(try await program(String(repeating: " ", count: 20_000)) == .contentTooLarge)
        }
    }

    @Test("delays can be set, within limits") func delays() async throws {
        try await Bench.run { bench async throws in
            func set(_ json: String) async throws -> HTTPResponse.Status {
                try await bench.client.execute(
                    uri: "/simulator/callback-delays", method: .post, body: ByteBuffer(string: json)
                ).status
            }
            #expect(try await set(#"{"sent": 7, "final": 0}"#) == .noContent)
            for wrong in [#"{"sent": -1}"#, #"{"sent": 60001}"#, #"{"jitter": 2}"#, #"{"sent": "soon"}"#, "{"] {
                #expect(try await set(wrong) == .badRequest)
            }
            _ = try await bench.send(callback)
            _ = try await bench.transport.forms(2)
            #expect(bench.time.recordedWaits == [.milliseconds(7)])
        }
    }

    @Test("everything received can be read, and wiped") func record() async throws {
        let invalid = try number(.invalidNumber)
        try await Bench.run { bench async throws in
            _ = try await bench.send(callback, ("Body", "kept"))
            _ = try await bench.send(("To", invalid))
            _ = try await bench.transport.forms(2)
            let record = try await bench.client.execute(uri: "/simulator/messages", method: .get).text
            #expect(record.contains(#""body":"kept""#))
            #expect(record.contains(#""code":21211"#))
            let one = try await bench.client.execute(uri: "/simulator/messages?number=%2B15005550111", method: .get)
            #expect(!one.text.contains("kept") && one.text.contains("21211"))
            #expect(try await bench.client.execute(uri: "/simulator/messages", method: .delete).status == .noContent)
            let wiped = try await bench.client.execute(uri: "/simulator/messages", method: .get).text
            #expect(wiped == #"{"messages":[],"attempts":[]}"#)
        }
    }
}
