@testable import Observability
import Testing

@Suite("The admin server's settings") struct AdminListenerTests {
    @Test(
        "addresses on loopback need no token, and ask for none",
        arguments: [
            ("127.0.0.1:8081", "127.0.0.1", 8081), ("127.9.9.9:0", "127.9.9.9", 0), ("localhost:1", "localhost", 1),
            ("[::1]:8081", "::1", 8081),
        ]) func loopback(listen: String, host: String, port: Int) throws
    {
        let listener = try AdminListener(listen: listen, token: nil)
        #expect(listener.host == host)
        #expect(listener.port == port)
        #expect(try AdminListener(listen: listen, token: "token").token == nil)
    }

    @Test(
        "beyond loopback a token is needed",
        arguments: ["0.0.0.0:8081", "10.0.0.1:8081", "[::]:8081", "admin.example.com:8081", "127.0.0.1.example.com:80"])
    func beyond(listen: String) throws {
        for token in [nil, ""] {
            #expect {
                try AdminListener(listen: listen, token: token)
            } throws: { error in
                "\(error)".hasPrefix(
                    "SWITCHBOARD_ADMIN_TOKEN is missing; it is needed because SWITCHBOARD_ADMIN_LISTEN (")
            }
        }
        #expect(try AdminListener(listen: listen, token: "s3cr3t").token == "s3cr3t")
        #expect {
            try AdminListener(listen: listen, token: "s3cr3t canary\n")
        } throws: { error in
            "\(error)".hasPrefix("SWITCHBOARD_ADMIN_TOKEN holds") && !"\(error)".contains("canary")
        }
    }

    @Test(
        "what cannot be listened on is named",
        arguments: [
            "", "8081", ":8081", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "a b:80",
            "[]:80",
        ])
    func wrong(listen: String) {
        #expect {
            try AdminListener(listen: listen, token: "t")
        } throws: { error in
            "\(error)".hasPrefix("SWITCHBOARD_ADMIN_LISTEN is \"")
        }
    }

    @Test("a bearer token is compared whole") func bearer() {
        #expect(isBearer("Bearer s3cr3t", of: "s3cr3t"))
        #expect(isBearer("bearer s3cr3t", of: "s3cr3t"))
        for header in [
            nil, "", "Bearer", "Bearer ", "Bearer s3cr3", "Bearer s3cr3ts", "Bearer s3cr3ts3cr3t", "Bearer S3CR3T",
            "Basic s3cr3t", "s3cr3t", "Bearer  s3cr3t",
        ] {
            #expect(!isBearer(header, of: "s3cr3t"), "\(header ?? "nil")")
        }
        #expect(!isBearer("Bearer ", of: ""))
    }
}
