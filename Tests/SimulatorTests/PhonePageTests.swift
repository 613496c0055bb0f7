import Crypto
import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import Testing
import Twilio

@testable import Simulator

@Suite("The page", .timeLimit(.minutes(5))) struct PhonePageTests {
    @Test("nothing from outside becomes markup") func escaping() async throws {
        try await Bench.run { bench async throws in
            let hostile = "<script>alert(1)</script>\"'&{{body}}"
            _ = try await bench.send(("Body", hostile))
            _ = try await bench.call(
                .post, "/phones/%2B15558675310/replies", form: [("Body", hostile), ("To", "\"><img src=x>")],
                credentials: nil)
            let search = "/?q=\(percentEncoded("\"><script>alert(2)</script>"))"
            for uri in ["/", "/phones/%2B15558675310", search] {
                let page = try await bench.client.execute(uri: uri, method: .get)
                #expect(page.status == .ok)
                #expect(!page.text.contains("<script>alert"))
                #expect(!page.text.contains("<img"))
            }
            let page = try await bench.client.execute(uri: "/", method: .get).text
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"))
            #expect(page.contains("{{body}}"))
        }
    }

    @Test("nothing is fetched from elsewhere, and no script runs but the page's own") func policy() async throws {
        try await Bench.run { bench async throws in
            let first = try await bench.client.execute(uri: "/", method: .get)
            let policy = try #require(first.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
            #expect(policy.contains("; script-src 'sha256-"))
            #expect(!policy.contains("unsafe"))
            // The digests are those of the text that is sent.
            for element in ["style", "script"] {
                let parts = first.text.components(separatedBy: "<\(element)>")
                #expect(parts.count == 2)
                let text = try #require(parts.last?.components(separatedBy: "</\(element)>").first)
                let digest = Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
                #expect(policy.contains("\(element)-src 'sha256-\(digest)'"))
            }
            #expect(!first.text.contains("http://") && !first.text.contains("https://"))
            #expect(!first.text.contains(" style=") && !first.text.contains(" onclick="))
            #expect(first.headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test("who wrote what, what became of it, and what the webhook said") func content() async throws {
        try await Bench.run { bench async throws in
            let empty = try await bench.client.execute(uri: "/", method: .get).text
            #expect(empty.contains("No message has been sent yet"))
            for scripted in ScriptedNumber.all { #expect(empty.contains(scripted.number)) }
            _ = try await bench.send(
                ("To", "+15005550106"), ("Body", "To a landline"), ("StatusCallback", "http://127.0.0.1:1/"))
            _ = try await bench.transport.forms(2)
            _ = try await bench.send(("Body", "To a person"))
            _ = try await bench.call(
                .post, "/phones/%2B15558675310/replies", form: [("Body", "STOP")], credentials: nil)
            let page = try await bench.client.execute(uri: "/", method: .get).text
            for text in [
                "2 phones", "To a landline", "undelivered", "30006 Landline or unreachable carrier", "To a person",
                "STOP", "webhook: answered 204", "stopped", OptOutKeyword.stop.confirmation,
                "action=\"/phones/%2B15558675310/replies\"",
            ] {
                #expect(page.contains(text), "\(text)")
            }
            let found = try await bench.client.execute(uri: "/?q=0106", method: .get).text
            #expect(found.contains("1 phone<") && !found.contains("To a person"))
        }
    }

    @Test("a page of phones is followed by another") func paging() async throws {
        try await Bench.run { bench async throws in
            for index in 0..<30 { _ = try await bench.send(("To", "+1555867\(1000 + index)")) }
            let first = try await bench.client.execute(uri: "/", method: .get).text
            #expect(first.components(separatedBy: "<article").count == 25)
            #expect(first.contains("href=\"/?page=1\""))
            let second = try await bench.client.execute(uri: "/?page=1", method: .get).text
            #expect(second.components(separatedBy: "<article").count == 7)
            #expect(second.contains("href=\"/?page=0\"") && !second.contains("href=\"/?page=2\""))
            for page in ["-1", "99999999999999999999", "x"] {
                #expect(try await bench.client.execute(uri: "/?page=\(page)", method: .get).status == .ok)
            }
        }
    }

    @Test("a page that is up to date is not sent again") func unchanged() async throws {
        try await Bench.run { bench async throws in
            let tag = try #require(try await bench.client.execute(uri: "/", method: .get).headers[.eTag])
            func status() async throws -> HTTPResponse.Status {
                try await bench.client.execute(uri: "/", method: .get, headers: [.ifNoneMatch: tag]).status
            }
            #expect(try await status() == .notModified)
            _ = try await bench.send()
            #expect(try await status() == .ok)
        }
    }

    @Test("a browser without scripts is led back to the phone") func withoutScripts() async throws {
        try await Bench.run { bench async throws in
            _ = try await bench.send()
            let answer = try await bench.call(
                .post, "/phones/%2B15558675310/replies", form: [("Body", ""), ("Body", "STOP")], credentials: nil,
                headers: [.accept: "text/html,application/xhtml+xml"])
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location] == "/phones/%2B15558675310")
            #expect(try await bench.transport.forms(1).first?["Body"] == "STOP")
        }
    }
}
