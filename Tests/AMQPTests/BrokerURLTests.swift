import Testing

@testable import AMQP

@Suite("Broker URL") struct BrokerURLTests {
    @Test("what is left out has the defaults of the AMQP URI specification") func defaults() throws {
        let url = try BrokerURL("amqp://localhost")
        #expect(url.addresses == [BrokerAddress(host: "localhost", port: 5672)])
        #expect(url.user == "guest")
        #expect(url.password == "guest")
        #expect(url.virtualHost == "/")
        #expect(!url.usesTLS)
        #expect(try BrokerURL("AMQPS://broker.example").addresses.map(\.port) == [5671])
        #expect(try BrokerURL("amqp://localhost/").virtualHost == "/")
    }

    @Test("user, password and virtual host are percent-decoded") func escapes() throws {
        let url = try BrokerURL("amqps://b%40d:p%3Aa%2Fss%25w%C3%B6rd@h:1234/a%2fb?heartbeat=7&connection_timeout=900")
        #expect(url.user == "b@d")
        #expect(url.password == "p:a/ss%wörd")
        #expect(url.virtualHost == "a/b")
        #expect(url.addresses == [BrokerAddress(host: "h", port: 1234)])
        #expect(url.heartbeat == .seconds(7))
        #expect(url.connectTimeout == .milliseconds(900))
    }

    @Test("the last @ ends the password, and an empty password stays empty") func userInfo() throws {
        #expect(try BrokerURL("amqp://u:p@ss@h").password == "p@ss")
        #expect(try BrokerURL("amqp://u:@h").password == "")
        #expect(try BrokerURL("amqp://u@h").password == "")
    }

    @Test("IPv6 addresses stand in brackets") func ipv6() throws {
        let url = try BrokerURL("amqp://[::1]:5673/x")
        #expect(url.addresses == [BrokerAddress(host: "::1", port: 5673)])
        #expect(url.description == "amqp://guest@[::1]:5673/x")
    }

    @Test("several nodes stand behind one another, each with a port of its own or the default") func nodes() throws {
        let url = try BrokerURL("amqp://u:p,@one:5673,two,[::1]:5674,[::2]/v?heartbeat=5")
        #expect(
            url.addresses == [
                BrokerAddress(host: "one", port: 5673), BrokerAddress(host: "two", port: 5672),
                BrokerAddress(host: "::1", port: 5674), BrokerAddress(host: "::2", port: 5672),
            ])
        #expect(url.password == "p,")
        #expect(url.virtualHost == "v")
        #expect(url.description == "amqp://u@one:5673,two:5672,[::1]:5674,[::2]:5672/v")
        #expect(try BrokerURL("amqps://one,two").addresses.map(\.port) == [5671, 5671])
    }

    @Test("a CA file may be named") func caFile() throws {
        #expect(try BrokerURL("amqps://h?cacertfile=%2Fetc%2Fca.pem&verify=verify_peer").caFile == "/etc/ca.pem")
    }

    @Test(
        "what is wrong is named and never repeated",
        arguments: [
            ("localhost:5672", "must begin"), ("http://h", "scheme"), ("amqp://", "host"), ("amqp://u:p@", "host"),
            ("amqp://h:0", "port"), ("amqp://h:65536", "port"), ("amqp://h:99999999999999999999", "port"),
            ("amqp://h:", "port"), ("amqp://h:hunter2", "port"), ("amqp://hunter2:x@h:a:b", "IPv6"),
            ("amqp://h/a/b", "%2f"), ("amqp://u:hunter%2@h", "password"), ("amqp://u:%00hunter2@h", "zero"),
            ("amqp://u:%ff@h", "UTF-8"), ("amqp://:p@h", "user name"), ("amqp://h?heartbeat=0", "heartbeat"),
            ("amqp://h?heartbeat=1e9", "heartbeat"), ("amqp://h?verify=verify_none", "verify"),
            ("amqp://h?hunter2=1", "query"), ("amqp://u:hunter#2@h", "fragment"), ("amqp://ho st", "host"),
            ("amqp://[::1", "]"), ("amqp://[::1]x", "]"), ("amqp://h/" + String(repeating: "v", count: 256), "255"),
            ("", "must begin"), ("amqp://one,,hunter", "host"), ("amqp://one,hunter:x", "port"),
            ("amqp://one," + String(repeating: "hunter,", count: 15) + "two", "16 hosts"),
        ])
    func refused(text: String, part: String) {
        let error = #expect(throws: AMQPError.self) { try BrokerURL(text) }
        #expect(error?.code == .invalidURL)
        #expect(error?.reason.contains(part) == true)
        #expect(error?.description.contains("hunter") == false)
    }

    @Test("no way of printing it shows the password") func secrecy() throws {
        let url = try BrokerURL("amqp://shop:hunter2@h/v")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped, "\([url])"] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("shop"))
        }
    }
}
