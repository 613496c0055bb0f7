import Foundation
import Messaging
import Testing

@testable import Outbound

@Suite("Who may send what") struct AuthorisationTests {
    /// The field that is to blame, or nil when the message is sent.
    private func refusedField(_ registration: AppRegistration?, json: String = Deliveries.json) async throws -> String?
    {
        var bench = try Bench()
        bench.directory.apps = registration.map { ["shop": $0] } ?? [:]
        bench.directory.accounts["retail"] = Bench.account("retail", carrier: bench.carrier)
        try await bench.work(Deliveries.request(json))
        let event = try #require(bench.outbox.events.first)
        if event.status == .rejected {
            #expect(bench.steps() == ["event message.rejected", "publish dead transactional"])
            #expect(event.recipient?.address == nil)
        } else {
            #expect(bench.carrier.calls.count == 1)
        }
        return event.reason?.field
    }

    private func json(_ further: String) -> String { #"{"to": "+14155550132", "body": "Hi", \#(further)}"# }

    @Test("an app that is not registered") func unknownApp() async throws {
        #expect(try await refusedField(nil) == "app")
    }

    @Test("classes, purposes, accounts and senders, each allowed and not") func table() async throws {
        #expect(try await refusedField(AppRegistration()) == nil)
        #expect(try await refusedField(AppRegistration(classes: [.promotional])) == "class")
        #expect(try await refusedField(AppRegistration(classes: [.transactional])) == nil)
        #expect(try await refusedField(AppRegistration(purposes: ["otp"])) == "purpose")
        #expect(try await refusedField(AppRegistration(purposes: ["order-shipped"])) == nil)
        #expect(try await refusedField(AppRegistration(purposes: [])) == "purpose")
        #expect(try await refusedField(AppRegistration(accounts: ["retail"])) == "account")
        #expect(try await refusedField(AppRegistration(accounts: ["retail"], defaultAccount: "retail")) == nil)
        #expect(try await refusedField(AppRegistration(defaultAccount: "gone")) == "account")
        #expect(try await refusedField(AppRegistration(senders: ["service"])) == "sender")
        #expect(try await refusedField(AppRegistration(senders: ["main"])) == nil)
        #expect(try await refusedField(AppRegistration(senders: ["service"], defaultSender: "service")) == nil)
    }

    @Test("what a request names counts before any default") func named() async throws {
        #expect(try await refusedField(AppRegistration(), json: json(#""account": "gone""#)) == "account")
        #expect(try await refusedField(AppRegistration(), json: json(#""account": "retail""#)) == nil)
        #expect(
            try await refusedField(AppRegistration(accounts: ["default"]), json: json(#""account": "retail""#))
                == "account")
        #expect(try await refusedField(AppRegistration(), json: json(#""sender": "gone""#)) == "sender")
        #expect(try await refusedField(AppRegistration(), json: json(#""sender": "service""#)) == nil)
        #expect(
            try await refusedField(AppRegistration(senders: ["main"]), json: json(#""sender": "service""#))
                == "sender")
    }

    @Test("without a list of apps everybody may send through any account, and is trusted") func development() throws {
        let bench = try Bench()
        let directory = Directory(accounts: bench.directory.accounts, apps: nil)
        let route = try directory.route(
            app: "anybody", messageClass: .promotional, purpose: "x",
            request: SendRequest(to: try Address("+14155550132"), body: "Hi"))
        #expect(route.isTrusted)
        #expect(route.senderAlias == "main")
        #expect(route.account.alias == "default")
    }

    @Test("a request whose callback URL would be too long is refused before it is claimed")
    func callbackURL() async throws {
        var bench = try Bench()
        let whole = "https://bridge.test/twilio/status?id=order-17&app=shop&attempt=1&rid="
        let account = Bench.account("default", carrier: bench.carrier, maximumURLLength: whole.utf8.count - 1)
        bench.directory.accounts["default"] = account
        try await bench.work(Deliveries.request())
        #expect(bench.steps() == ["event message.rejected", "publish dead transactional"])
        #expect(bench.outbox.events.first?.reason?.field == "metadata")
    }
}
