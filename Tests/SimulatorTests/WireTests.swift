import HTTPTransfer
import HTTPTypes
import Testing
import Twilio

@testable import Simulator

@Suite("On the wire", .timeLimit(.minutes(5))) struct WireTests {
    private func isSigned(_ webhook: ReceivedWebhook, _ bench: LiveBench) -> Bool {
        WebhookSignature.verify(
            url: bench.application + webhook.path, params: webhook.form.fields, signature: webhook.signature,
            tokens: [authToken]
        ).isValid
    }

    @Test("an application verifies the callbacks by the URL that it was called by") func callbacks() async throws {
        try await LiveBench.run { bench async throws in
            let callback = bench.application + "/twilio/status?id=a%2Bb&x=%27#rc=3&rp=all&ct=5000&rt=14000"
            let answer = try await bench.send(("StatusCallback", callback))
            #expect(answer.status == 201)
            let received = await bench.webhooks.next(2)
            #expect(received.map { $0.form["MessageStatus"] } == ["sent", "delivered"])
            #expect(received.allSatisfy { $0.path == "/twilio/status?id=a%2Bb&x=%27" && isSigned($0, bench) })
        }
    }

    @Test("one that is not taken comes again with the same token, and the next one waits") func retries() async throws {
        let application = ScriptedApplication([.serviceUnavailable, .internalServerError])
        try await LiveBench.run(webhooks: application) { bench async throws in
            _ = try await bench.send(("StatusCallback", bench.application + "/status#rc=3&rp=5xx"))
            let received = await bench.webhooks.next(4)
            #expect(received.map { $0.form["MessageStatus"] } == ["sent", "sent", "sent", "delivered"])
            #expect(Set(received.map(\.token)).count == 2)
            #expect(received.allSatisfy { isSigned($0, bench) })
        }
    }

    @Test("user and password become Basic authentication and are not signed") func userinfo() async throws {
        try await LiveBench.run { bench async throws in
            let url = bench.application.replacing("http://", with: "http://us%65r:secret@")
            _ = try await bench.send(("StatusCallback", url + "/status"))
            let received = try #require(await bench.webhooks.next(1).first)
            #expect(received.authorization == basic(("user", "secret")))
            #expect(isSigned(received, bench))
        }
    }

    @Test("a reply reaches the application, signed") func reply() async throws {
        try await LiveBench.run { bench async throws in
            _ = try await bench.send()
            let answer = try await bench.reply("STOP")
            #expect(answer.status == 201)
            let received = try #require(await bench.webhooks.next(1).first)
            #expect(received.path == "/twilio/inbound")
            #expect(received.form["Body"] == "STOP")
            #expect(isSigned(received, bench))
        }
    }

    @Test(
        "a webhook that leads nowhere, or out of this computer, is reported",
        arguments: [
            ("http://127.0.0.1:1/", "no connection"), ("http://192.0.2.1/", "leads out"),
            ("http://[2001:db8::1]/", "leads out"),
        ]) func nowhere(_ url: String, _ said: String) async throws
    {
        try await LiveBench.run(inbound: url) { bench async throws in
            _ = try await bench.send()
            let answer = try await bench.reply("Hello")
            #expect(answer.status == 502)
            #expect(String(decoding: answer.body, as: UTF8.self).contains(said))
        }
    }

    @Test(
        "the connection is reset once the request was read",
        arguments: [("+15005550124", true), ("+15005550125", false)]) func reset(_ number: String, _ isTaken: Bool)
        async throws
    {
        try await LiveBench.run { bench async throws in
            let error = try await #require(throws: HTTPTransferError.self) {
                try await bench.send(("To", number), ("StatusCallback", bench.application + "/status"))
            }
            #expect(error.code == .receive)
            #expect(error.requestMayHaveBeenProcessed)
            _ = try await bench.send(("Body", "after"), ("StatusCallback", bench.application + "/status"))
            let people = Set(await bench.webhooks.next(isTaken ? 4 : 2).map { $0.form["To"] })
            #expect(people == (isTaken ? [number, to] : [to]))
        }
    }

    @Test("an answer that never comes keeps neither the callbacks nor the end waiting") func silence() async throws {
        try await LiveBench.run { bench async throws in
            let caller = Task {
                try await bench.send(("To", "+15005550122"), ("StatusCallback", bench.application + "/status"))
            }
            #expect(await bench.webhooks.next(2).map { $0.form["MessageStatus"] } == ["sent", "delivered"])
            // The caller still waits when the simulator is told to stop; that alone ends the wait.
            await bench.stop()
            await #expect(throws: HTTPTransferError.self) { try await caller.value }
        }
    }

    @Test("a caller that goes away is not held") func impatience() async throws {
        try await LiveBench.run { bench async throws in
            let caller = Task {
                try await bench.send(("To", "+15005550122"), ("StatusCallback", bench.application + "/status"))
            }
            _ = await bench.webhooks.next(2)
            caller.cancel()
            await #expect(throws: HTTPTransferError.self) { try await caller.value }
            #expect(try await bench.send().status == 201)
        }
    }

    @Test("a page that calls by another name sees nothing") func rebinding() async throws {
        try await LiveBench.run { bench async throws in
            for path in ["/", "/simulator/messages"] {
                let request = HTTPTransfer.HTTPRequest(
                    url: bench.simulator + path, headers: [("Host", "evil.example:8082")])
                #expect(try await bench.client.send(request).status == 421)
            }
        }
    }

    @Test("a port that is taken is said to be") func portTaken() async throws {
        try await LiveBench.run { bench async throws in
            var configuration = Simulator.Configuration(accounts: [
                Simulator.Account(sid: accountSID, authTokens: [authToken])
            ])
            configuration.port = try #require(bench.application.split(separator: ":").last.flatMap { Int($0) })
            let second = try Simulator(configuration: configuration, logger: LiveBench.logger)
            let error = await #expect(throws: SimulatorError.self) { try await second.run() }
            #expect(error?.problem == "cannot be listened on: Address already in use")
        }
    }
}
