import Testing
import Twilio

@testable import Simulator

@Suite("Delivering a webhook") struct WebhookCallerTests {
    private let fields = [
        FormFields.Field("To", "+1 555"), FormFields.Field("Body", "é&=\n"), FormFields.Field("A", ""),
    ]

    private func call(
        _ text: String, _ transport: any WebhookTransport, time: ScriptedTime = ScriptedTime()
    ) async throws -> WebhookCaller.Delivery {
        let caller = WebhookCaller(transport: transport, environment: time.environment)
        return await caller.call(try #require(WebhookURL(text)), fields: fields, authToken: authToken)
    }

    @Test("the signature is the one that Twilio makes") func signature() async throws {
        let transport = RecordingTransport()
        _ = try await call("http://127.0.0.1:8080/twilio/status?id=a%20b#rc=3", transport)
        let post = try #require(await transport.posts.first)
        #expect(post.url == "http://127.0.0.1:8080/twilio/status?id=a%20b")
        #expect(String(decoding: post.body, as: UTF8.self) == "To=%2B1+555&Body=%C3%A9%26%3D%0A&A=")
        let verdict = WebhookSignature.verify(
            method: "POST", url: post.url, contentType: post.header("Content-Type"), body: post.body,
            signature: post.header("X-Twilio-Signature"), tokens: [authToken])
        #expect(verdict == .valid(matched: "as is"))
    }

    @Test("is tried again as often as the URL says, with one idempotency token") func retries() async throws {
        let failures: [WebhookAnswer] = [.notConnected, .answered(status: 500, body: []), .noAnswer, .notConnected]
        let transport = RecordingTransport(failures)
        let time = ScriptedTime()
        let delivery = try await call("http://h/#rc=3&rp=all", transport, time: time)
        #expect(delivery.attempts == 4)
        #expect(delivery.answer == .notConnected)
        let posts = await transport.posts
        #expect(Set(posts.map { $0.header("I-Twilio-Idempotency-Token") }).count == 1)
        #expect(
            posts.first?.header("I-Twilio-Idempotency-Token")?.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        _ = try await call("http://h/", transport, time: time)
        let next = await transport.posts.last
        #expect(next?.header("I-Twilio-Idempotency-Token") != posts.last?.header("I-Twilio-Idempotency-Token"))
    }

    @Test("a success ends it") func success() async throws {
        let transport = RecordingTransport([.noAnswer])
        let delivery = try await call("http://h/#rc=5&rp=rt", transport)
        #expect(delivery.attempts == 2)
        #expect(delivery.answer.isSuccess)
    }

    /// Every attempt takes four seconds.
    private actor SlowTransport: WebhookTransport {
        let time: ScriptedTime
        private(set) var timeouts: [Duration] = []

        init(time: ScriptedTime) { self.time = time }

        func send(_ post: WebhookPost) async -> WebhookAnswer {
            timeouts.append(post.timeout)
            time.advance(bySeconds: 4)
            return .noAnswer
        }
    }

    @Test("all attempts together end with the total time") func totalTime() async throws {
        let time = ScriptedTime()
        let transport = SlowTransport(time: time)
        let delivery = try await call("http://h/#rc=5&rp=all&rt=4000&tt=10000", transport, time: time)
        #expect(delivery.attempts == 3)
        #expect(await transport.timeouts == [.seconds(4), .seconds(4), .seconds(2)])
    }
}
