import Foundation
import Messaging
import Testing

@testable import Bridge

@Suite("Messages from people") struct InboundEventTests {
    @Test("the message, told without its text and its address on the redacted topic") func received() async throws {
        let bench = try Bench()
        #expect(
            await bench.take(
                Webhooks.inbound(
                    "When will it come?",
                    changing: ["NumMedia": "1", "MediaUrl0": "https://media.test/1", "ProfileName": "Ann"]))
                == .takenWithTwiML)
        #expect(bench.broker.names == ["inbound.received"])
        let event = try #require(bench.broker.events.first)
        #expect(event.id == "\(Bench.message)/inbound.received")
        #expect(event.routingKey == "inbound.received.sms.none.none")
        #expect(event.subject == Bench.message)
        #expect(event.status == nil)
        #expect(event.recipient?.token == bench.token)
        let redacted = String(decoding: event.json(for: .redacted), as: UTF8.self)
        let clear = String(decoding: event.json(for: .clear), as: UTF8.self)
        for secret in [Bench.person, "When will it come?", "https://media.test/1"] {
            #expect(!redacted.contains(secret))
            #expect(clear.replacing("\\/", with: "/").contains(secret))
        }
        #expect(!redacted.contains("Ann"))
        #expect(redacted.contains(#""mediaCount":"1""#))
    }

    @Test("a card number that a person sends is masked before anything is kept of it")
    func masked() async throws {
        let bench = try Bench()
        _ = await bench.take(
            Webhooks.inbound(
                "My card is 4111 1111 1111 1111, code 471100", changing: ["ButtonPayload": "card 4111111111111111"]))
        let event = try #require(bench.broker.events.first)
        let clear = String(decoding: event.json(for: .clear), as: UTF8.self)
        #expect(clear.contains("My card is <number>, code 471100"))
        #expect(clear.contains("card <number>"))
        #expect(!clear.contains("1111"))
    }

    /// Text → what it is beside a message: the event, the keyword and the scope.
    static let keywords: [(String, String, String, String)] = [
        ("STOP", "consent.revoked", "STOP", "program"), ("stop!", "consent.revoked", "STOP", "program"),
        ("Arrêt", "consent.revoked", "ARRET", "program"), ("Stop all", "consent.revoked", "STOP ALL", "everything"),
        ("START", "consent.granted", "START", "program"), ("Unstop", "consent.granted", "UNSTOP", "program"),
        ("STOPALL", "consent.revoked", "STOPALL", "everything"),
        ("pls stop texting me", "consent.revoked", "stop texting me", "program"),
        ("Stopp!", "consent.revoked", "STOPP", "program"), ("srop", "consent.revoked", "STOP", "program"),
        ("Remove me from all lists", "consent.revoked", "remove me from all", "everything"),
        ("help", "help.requested", "HELP", "program"), ("INFO", "help.requested", "INFO", "program"),
    ]

    @Test("keywords become events of their own, before the message itself", arguments: keywords)
    func keywordEvents(text: String, name: String, keyword: String, scope: String) async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.inbound(text)) == .takenWithTwiML)
        #expect(bench.broker.names == [name, "inbound.received"])
        let event = try #require(bench.broker.events.first)
        #expect(event.id == "\(Bench.message)/\(name)")
        #expect(event.recipient?.token == bench.token)
        #expect(event.consent?.keyword == keyword)
        #expect(event.consent?.scope == scope)
        #expect(event.consent?.program == Bench.sender)
        #expect(event.consent?.sender == Bench.sender)
        #expect(event.consent?.evidence == Bench.message)
        #expect(event.consent?.at == bench.clock.now)
        #expect(event.body == nil)
        #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains(Bench.person))
    }

    @Test(
        "what only holds a keyword is a message",
        arguments: [
            "please stop by on Monday", "Yes we can", "", "0", "can I stop by on Monday?",
            "please cancel my appointment", "does the bus stop there?", "end of the month works",
        ])
    func noKeyword(text: String) async throws {
        let bench = try Bench()
        bench.ledger.set(consent: .revoked)
        #expect(await bench.take(Webhooks.inbound(text)) == .takenWithTwiML)
        #expect(bench.broker.names == ["inbound.received"])
    }

    @Test("the program is the messaging service where there is one") func program() async throws {
        let bench = try Bench()
        _ = await bench.take(Webhooks.inbound("STOP", changing: ["MessagingServiceSid": Bench.service]))
        _ = await bench.take(
            Webhooks.inbound(
                "STOP", changing: ["From": "whatsapp:" + Bench.person, "To": "whatsapp:" + Bench.sender]))
        let consents = bench.broker.events.compactMap(\.consent)
        #expect(consents.map(\.program) == [Bench.service, Bench.sender])
        #expect(consents.map(\.sender) == [Bench.sender, Bench.sender])
        #expect(bench.broker.events.last?.message.channel == .whatsapp)
        #expect(bench.broker.events.last?.recipient?.token == bench.token)
    }

    @Test(
        "the provider's own judgement wins over the text",
        arguments: [
            ("START", "STOP", "consent.granted"), ("STOP", "Hello", "consent.revoked"),
            ("help", "STOP", "help.requested"), ("NONSENSE", "STOP", "consent.revoked"),
        ]) func optOutType(type: String, text: String, name: String) async throws
    {
        let bench = try Bench()
        _ = await bench.take(Webhooks.inbound(text, changing: ["OptOutType": type]))
        #expect(bench.broker.names == [name, "inbound.received"])
    }

    @Test(
        "a YES that the provider takes for a yes is one from somebody who opted out, and an answer from anybody else",
        arguments: [(RecipientFacts.Consent.none, false), (.granted, false), (.revoked, true)])
    func conditionalYes(consent: RecipientFacts.Consent, isGranted: Bool) async throws {
        let bench = try Bench()
        bench.ledger.set(consent: consent)
        _ = await bench.take(Webhooks.inbound("Yes", changing: ["OptOutType": "START"]))
        #expect(bench.broker.names == (isGranted ? ["consent.granted"] : []) + ["inbound.received"])
    }

    @Test("a number whose end the provider hides is nobody's") func hiddenNumber() async throws {
        let bench = try Bench()
        #expect(await bench.take(Webhooks.status("failed", errorCode: 21610, to: "+1415555XXXX")) == .taken)
        #expect(bench.broker.events.allSatisfy { $0.recipient == nil })
        #expect(!bench.broker.names.contains("consent.revoked"))
    }

    /// OptOutType, text → the event beside the message, from somebody who wrote to a toll-free number.
    static let tollFree: [(String?, String, String?)] = [
        (nil, "START", "consent.granted"), (nil, "Unstop", "consent.granted"), ("START", "START", "consent.granted"),
        ("START", "YES", nil), ("START", "JOIN", nil), (nil, "YES", nil), (nil, "début", nil), (nil, "alta", nil),
        ("STOP", "START", "consent.revoked"), (nil, "stop", "consent.revoked"), ("START", "STOP", "consent.revoked"),
        ("HELP", "HELP", "help.requested"),
    ]

    @Test("nothing but START and UNSTOP lifts the block of a toll-free number", arguments: tollFree)
    func liftsTollFree(type: String?, text: String, name: String?) async throws {
        let bench = try Bench()
        bench.ledger.set(consent: .revoked)
        _ = await bench.take(Webhooks.inbound(text, changing: ["To": "+18335550100", "OptOutType": type]))
        #expect(bench.broker.names == [name, "inbound.received"].compactMap { $0 })
    }

    @Test("a no that Twilio has handled may be one to everything by its text") func everythingByText() async throws {
        let bench = try Bench()
        _ = await bench.take(Webhooks.inbound("STOPALL", changing: ["OptOutType": "STOP"]))
        #expect(bench.broker.events.first?.consent?.scope == "everything")
    }

    /// What the ledger says, the number that was written to, the service → whether YES is an opt-in.
    static let yes: [(RecipientFacts.Consent, String, String?, Bool)] = [
        (.revoked, Bench.sender, nil, true), (.none, Bench.sender, nil, false), (.granted, Bench.sender, nil, false),
        (.revoked, "+18885550100", nil, false), (.revoked, "+18445550100", Bench.service, false),
        (.revoked, Bench.sender, Bench.service, true), (.revoked, "whatsapp:+18885550100", nil, true),
    ]

    @Test(
        "YES is an opt-in from somebody who opted out; it never lifts the block of a toll-free number", arguments: yes)
    func conditional(consent: RecipientFacts.Consent, to: String, service: String?, isGranted: Bool) async throws {
        let bench = try Bench()
        bench.ledger.set(consent: consent)
        var change: [String: String?] = ["To": to]
        if let service { change["MessagingServiceSid"] = service }
        if to.hasPrefix("whatsapp:") { change["From"] = "whatsapp:" + Bench.person }
        #expect(await bench.take(Webhooks.inbound("Yes", changing: change)) == .takenWithTwiML)
        #expect(bench.broker.names == (isGranted ? ["consent.granted"] : []) + ["inbound.received"])
    }

    @Test("without an answer of the ledger YES is a message", arguments: [FakeStatusLedger.Mood.throwsError, .hangs])
    func ledgerAway(mood: FakeStatusLedger.Mood) async throws {
        var bench = try Bench()
        bench.configuration.ledgerTimeout = 0.02
        bench.ledger.set(mood, consent: .revoked)
        #expect(await bench.take(Webhooks.inbound("YES")) == .takenWithTwiML)
        #expect(await bench.take(Webhooks.inbound("STOP")) == .takenWithTwiML)
        #expect(bench.broker.names == ["inbound.received", "consent.revoked", "inbound.received"])
        bench.ledger.release()
    }

    @Test("the ledger is asked for both at once, so that one limit holds", .timeLimit(.minutes(5))) func askedAtOnce()
        async throws
    {
        let bench = try Bench()
        // Only when both are asked at once do both hang.
        bench.ledger.set(.hangs)
        let (intake, ledger) = (bench.intake, bench.ledger)
        async let answer = intake.take(Webhooks.inbound("YES"))
        await ledger.waitForQuestions(2)
        ledger.release()
        #expect(await answer == .takenWithTwiML)
        #expect(Set(ledger.questions.map { String($0.prefix(5)) }) == ["facts", "conve"])
    }

    @Test("without a ledger there is neither conversation nor conditional opt-in") func noLedger() async throws {
        let bench = try Bench()
        let intake = bench.intake(withLedger: false)
        #expect(await intake.take(Webhooks.inbound("YES")) == .takenWithTwiML)
        #expect(bench.broker.names == ["inbound.received"])
        #expect(bench.broker.events.first?.conversation == nil)
    }

    @Test("the conversation that the ledger knows rides along") func conversation() async throws {
        let bench = try Bench()
        let conversation = Event.Conversation(
            id: "c-1", lastMessageID: "order-17", app: "shop", metadata: ["campaign": "spring"])
        bench.ledger.set(conversation: conversation)
        _ = await bench.take(Webhooks.inbound("When?", changing: ["MessagingServiceSid": Bench.service]))
        #expect(bench.broker.events.first?.conversation == conversation)
        #expect(bench.ledger.questions == ["conversation \(bench.token?.text ?? "") \(Bench.service)"])
    }

    @Test("who cannot be named cannot opt out, and is heard all the same") func unknownAddress() async throws {
        let bench = try Bench()
        for text in ["STOP", "YES", "HELP", "Hello"] {
            #expect(await bench.take(Webhooks.inbound(text, changing: ["From": "client:ann"])) == .takenWithTwiML)
        }
        #expect(!bench.broker.events.contains { $0.name.family == "consent" })
        #expect(bench.broker.events.filter { $0.name.family == "inbound" }.count == 4)
        for event in bench.broker.events {
            #expect(!String(decoding: event.json(for: .redacted), as: UTF8.self).contains("client:ann"))
        }
    }
}
