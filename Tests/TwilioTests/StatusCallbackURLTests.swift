import Messaging
import Testing

@testable import Twilio

@Suite struct StatusCallbackURLTests {
    private let callback: StatusCallbackURL

    init() throws {
        callback = try StatusCallbackURL(endpoint: "https://switch.example.com/twilio/status")
    }

    private func message() -> MessageContext {
        var message = MessageContext(
            messageID: "order:17", app: "shop", messageClass: .transactional, purpose: "order-shipped",
            account: "retail", sender: "alerts", attempt: 1)
        message.correlationID = "corr 1"
        message.metadata = ["campaign": "spring & summer", "a": "1"]
        return message
    }

    private func query(_ url: String) throws -> String {
        let unsigned = url.prefix { $0 != "#" }
        let mark = try #require(unsigned.firstIndex(of: "?"))
        return String(unsigned[unsigned.index(after: mark)...])
    }

    @Test("the URL says whose message it is, in the contract's names")
    func url() throws {
        #expect(
            try callback.url(for: message(), recipientID: "crm-42")
                == "https://switch.example.com/twilio/status?id=order%3A17&app=shop&class=transactional"
                + "&purpose=order-shipped&account=retail&sender=alerts&attempt=1&rid=crm-42&cid=corr%201"
                + "&m.a=1&m.campaign=spring%20%26%20summer#rc=3&rp=all&ct=2000&rt=4000")
    }

    @Test("what is not known is left out, and a query of the configured URL is kept")
    func endpointWithQuery() throws {
        let callback = try StatusCallbackURL(endpoint: "http://127.0.0.1:8080/x?tenant=7")
        let message = MessageContext(messageID: "1", app: "a", account: "default")
        #expect(
            try callback.url(for: message)
                == "http://127.0.0.1:8080/x?tenant=7&id=1&app=a&account=default#rc=3&rp=all&ct=2000&rt=4000")
    }

    @Test("what was written is read again, whatever the texts")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            var message = message()
            message.messageClass = MessageClass.allCases.randomElement(using: &random)
            message.attempt = Int.random(in: 1...999_999, using: &random)
            message.correlationID = random.text(maximumLength: 60)
            message.metadata = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                message.metadata["k" + random.text(maximumLength: 4)] = random.text(maximumLength: 20)
            }
            message.metadata["\u{301}x"] = "begins with a combining mark"
            let id = "r" + random.text(maximumLength: 20)
            let url = try callback.url(for: message, recipientID: id)
            let origin = try #require(try StatusCallbackURL.origin(query: query(url)))
            #expect(origin.message == message)
            #expect(origin.recipientID == id)
        }
    }

    @Test("the URL verifies as it is when Twilio signs it as it is")
    func signed() throws {
        let url = try callback.url(for: message())
        let received = try "https://switch.example.com/twilio/status?" + query(url)
        let signature = WebhookSignature.sign(url: url, params: [.init("MessageSid", "SM1")], token: "t")
        #expect(
            WebhookSignature.verify(
                url: received, params: [.init("MessageSid", "SM1")], signature: signature, tokens: ["t"])
                == .valid(matched: "as is"))
    }

    @Test("too much metadata is refused by its name")
    func tooLong() throws {
        var message = message()
        for index in 0..<10 { message.metadata["key\(index)"] = String(repeating: "é", count: 60) }
        #expect(
            throws: RequestProblem(
                field: "metadata", problem: "makes the status callback URL longer than 3000 bytes")
        ) { try callback.url(for: message) }
        for index in 0..<10 { message.metadata["key\(index)"] = String(repeating: "x", count: 120) }
        #expect(try callback.url(for: message).utf8.count <= 3000)
    }

    @Test("a message fits at every attempt or at none")
    func everyAttempt() throws {
        var message = message()
        let room = try StatusCallbackURL.maximumLength - callback.url(for: message).utf8.count
        for length in (room - 60)...room {
            message.correlationID = String(repeating: "c", count: length)
            let fits = [1, 9, 10, 999_999].map { attempt in
                message.attempt = attempt
                return (try? callback.url(for: message)) != nil
            }
            #expect(Set(fits).count == 1, "\(length) of \(room): \(fits)")
        }
    }

    @Test(
        "a URL that the provider would not call is refused",
        arguments: [
            "", "switch.example.com/x", "ftp://a.example/x", "https://my_host.example/x", "https://a.example/x#rc=1",
            "https://a.example/x y", "https:///x", "https://a.example/ü",
            "https://a.example/" + String(repeating: "x", count: 1000),
        ])
    func endpoints(endpoint: String) {
        #expect(throws: WebhookProblem.self) { try StatusCallbackURL(endpoint: endpoint) }
    }

    @Test("a query of somebody else is none of ours")
    func foreign() throws {
        #expect(try StatusCallbackURL.origin(query: "") == nil)
        #expect(try StatusCallbackURL.origin(query: "foo=1&account=retail") == nil)
    }

    @Test("only what names the message must be there")
    func partial() throws {
        let origin = try #require(try StatusCallbackURL.origin(query: "x=1&app=shop&id=7", account: "retail"))
        #expect(origin.message == MessageContext(messageID: "7", app: "shop", account: "retail"))
        #expect(origin.recipientID == nil)
        #expect(try StatusCallbackURL.origin(query: "app=shop&id=7&account=a", account: "b")?.message.account == "a")
    }

    @Test(
        "garbage is refused by the parameter's name",
        arguments: [
            ("id=a%20b", "query id"), ("id=", "query id"), ("id=1&id=2", "query id"), ("app=shop", "query id"),
            ("id=1", "query app"), ("id=1&app=Shop", "query app"), ("id=%zz", "id"),
            ("id=1&app=shop&purpose=x", "query account"),
            ("id=1&app=shop&purpose=x&account=a&class=bulk", "query class"),
            ("id=1&app=shop&purpose=x&account=%2E%2E%2F&class=promotional", "query account"),
            ("\(good)&attempt=0", "query attempt"), ("\(good)&attempt=-1", "query attempt"),
            ("\(good)&attempt=", "query attempt"),
            ("\(good)&attempt=99999999999999999999", "query attempt"),
            ("\(good)&attempt=1&rid=", "query rid"),
            ("\(good)&attempt=1&cid=\(String(repeating: "x", count: 256))", "query cid"),
            ("\(good)&attempt=1&m.=x", "query metadata"), ("\(good)&attempt=1&m.a=1&m.a=2", "query metadata"),
            ("\(good)&attempt=1&m.a=\(String(repeating: "x", count: 121))", "query metadata"),
            ("\(good)&attempt=1" + (0..<11).map { "&m.\($0)=x" }.joined(), "query metadata"),
        ])
    func garbage(query: String, field: String) {
        let problem = #expect(throws: WebhookProblem.self) { _ = try StatusCallbackURL.origin(query: query) }
        #expect(problem?.field == field)
    }
}

private let good = "id=1&app=shop&class=promotional&purpose=x&account=a"
