import Testing

@testable import Simulator

@Suite("Webhook URLs") struct WebhookURLTests {
    @Test("user, password and fragment are not signed") func parts() throws {
        let url = try #require(
            WebhookURL("https://us%65r:p%40ss@Example.com:8443/a%20b?c=d&e=%27#rc=3&rp=all&ct=2000&rt=4000"))
        #expect(url.signed == "https://Example.com:8443/a%20b?c=d&e=%27")
        #expect(url.credentials?.user == "user")
        #expect(url.credentials?.password == "p@ss")
        #expect(url.overrides.retries == 3)
        #expect(url.overrides.policy == .all)
        #expect(url.overrides.connectTimeout == .milliseconds(2000))
        #expect(url.overrides.readTimeout == .milliseconds(4000))
        #expect(url.overrides.totalTimeout == .milliseconds(15_000))
    }

    @Test(
        "is taken",
        arguments: ["http://localhost", "http://[::1]:8080/x", "https://a.b-c.example?x", "HTTP://h:65535/"])
    func valid(_ text: String) { #expect(WebhookURL(text) != nil) }

    @Test(
        "is refused",
        arguments: [
            "", "http:", "http://", "http:///path", "ftp://example.com", "//example.com", "example.com/x",
            "http://exa mple.com", "http://under_score.com", "http://h:/", "http://h:65536/", "http://h:-1/",
            "http://ü.example", "http://[::1/", "http://a]b/", "http://a@b@c/", "http://h\r\nX: y",
        ])
    func invalid(_ text: String) { #expect(WebhookURL(text) == nil) }

    @Test("without a fragment only a connection that failed is tried again, once") func defaults() {
        let overrides = ConnectionOverrides()
        #expect(overrides.retries == 1)
        #expect(overrides.retries(after: .notConnected))
        for answer in [WebhookAnswer.answered(status: 503, body: []), .noAnswer, .broken, .refused] {
            #expect(!overrides.retries(after: answer))
        }
    }

    @Test("policies are honoured one by one") func policies() {
        let answers: [(String, WebhookAnswer)] = [
            ("4xx", .answered(status: 429, body: [])), ("5xx", .answered(status: 500, body: [])), ("ct", .notConnected),
            ("rt", .noAnswer),
        ]
        for (policy, _) in answers {
            let overrides = ConnectionOverrides(fragment: "rp=\(policy)")
            for (other, answer) in answers { #expect(overrides.retries(after: answer) == (policy == other)) }
            #expect(!overrides.retries(after: .answered(status: 200, body: [])))
        }
        let both = ConnectionOverrides(fragment: "rp=5xx,rt")
        #expect(both.retries(after: .noAnswer) && both.retries(after: .answered(status: 502, body: [])))
    }

    @Test("what is out of range or unknown keeps its default") func nonsense() {
        let text = "rc=6&rp=maybe&ct=99&rt=15001&tt=x&&=&e=ashburn&rc"
        #expect(ConnectionOverrides(fragment: text[...]) == ConnectionOverrides())
        #expect(ConnectionOverrides(fragment: "rc=0").retries == 0)
    }
}
