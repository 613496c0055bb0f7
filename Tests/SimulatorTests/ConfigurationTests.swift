import Logging
import Testing

@testable import Simulator

@Suite("Configuration") struct ConfigurationTests {
    private func problem(_ change: (inout Simulator.Configuration) -> Void) -> String? {
        var configuration = Simulator.Configuration(accounts: [
            Simulator.Account(sid: accountSID, authTokens: [authToken])
        ])
        change(&configuration)
        do {
            _ = try Simulator(configuration: configuration, logger: Logger(label: "test"))
            return nil
        } catch {
            return error.field
        }
    }

    @Test("the defaults are fine and stay on this computer") func defaults() {
        #expect(problem { _ in } == nil)
        let configuration = Simulator.Configuration(accounts: [])
        #expect(configuration.host == "127.0.0.1")
        #expect(!configuration.allowsRemoteWebhooks)
    }

    @Test("live mode is refused") func live() { #expect(problem { $0.isLive = true } == "mode") }

    @Test("what cannot work is refused by its name") func refusals() {
        #expect(problem { $0.accounts = [] } == "accounts")
        #expect(problem { $0.accounts[0].sid = "AC1" } == "accounts")
        #expect(problem { $0.accounts[0].authTokens = [""] } == "accounts")
        #expect(problem { $0.accounts += $0.accounts } == "accounts")
        #expect(problem { $0.host = "" } == "host")
        #expect(problem { $0.port = 65_536 } == "port")
        #expect(problem { $0.retention = 0 } == "retention")
        #expect(problem { $0.latency = .zero ... .seconds(61) } == "latency")
        #expect(problem { $0.callbackDelays.sent = .seconds(-1) } == "callbackDelays.sent")
        #expect(problem { $0.callbackDelays.jitter = .nan } == "callbackDelays.jitter")
        #expect(problem { $0.inboundURL = "127.0.0.1/inbound" } == "inboundURL")
    }

    @Test("an account shows no secret") func secrets() {
        let account = Simulator.Account(
            sid: accountSID, authTokens: [authToken], apiKeys: [.init(sid: keySID, secret: "key-secret")])
        var dumped = ""
        dump(account, to: &dumped)
        for text in ["\(account)", String(reflecting: account), dumped] {
            #expect(!text.contains(authToken) && !text.contains("key-secret"))
        }
    }
}
