import FoundationEssentials
import Messaging
import Testing

@testable import Twilio

@Suite struct MessageCreateTests {
    private func form(_ message: MessageCreate) throws -> [FormFields.Field] {
        try FormFields(parsing: message.formBody).fields
    }

    private func message(
        _ channel: Channel = .sms, to: String = "+15558675310", sender: Sender = .number("+15005550006"),
        body: String? = "Hi"
    ) throws -> OutboundMessage {
        OutboundMessage(to: try Address(to), channel: channel, sender: sender, body: body)
    }

    @Test("every parameter has its name, arrays are repeated")
    func everyParameter() throws {
        var message = MessageCreate(to: "+15558675310")
        message.from = "+15005550006"
        message.fallbackFrom = "+15005550007"
        message.messagingServiceSID = "MG1"
        message.body = "Ümlaut & +"
        message.mediaURLs = ["https://a.example/1", "https://a.example/2"]
        message.contentSID = "HX1"
        message.contentVariables = #"{"1":"x"}"#
        message.statusCallback = "https://b.example/s?id=1#rc=3"
        message.applicationSID = "AP1"
        message.maxPrice = 0.05
        message.provideFeedback = true
        message.attempt = 2
        message.validityPeriod = 600
        message.forceDelivery = false
        message.contentRetention = .discard
        message.addressRetention = .obfuscate
        message.smartEncoded = true
        message.persistentActions = ["geo:1,2|x", "geo:3,4|y"]
        message.trafficType = .free
        message.shortenURLs = true
        message.scheduleType = .fixed
        message.sendAt = Date(timeIntervalSince1970: 0)
        message.sendAsMMS = false
        message.riskCheck = .disable
        message.further = [.init("MessageIntent", "otp")]
        #expect(
            try form(message).map { "\($0.name)=\($0.value)" } == [
                "To=+15558675310", "From=+15005550006", "FallbackFrom=+15005550007", "MessagingServiceSid=MG1",
                "Body=Ümlaut & +", "MediaUrl=https://a.example/1", "MediaUrl=https://a.example/2", "ContentSid=HX1",
                #"ContentVariables={"1":"x"}"#, "StatusCallback=https://b.example/s?id=1#rc=3", "ApplicationSid=AP1",
                "MaxPrice=0.05", "ProvideFeedback=true", "Attempt=2", "ValidityPeriod=600", "ForceDelivery=false",
                "ContentRetention=discard", "AddressRetention=obfuscate", "SmartEncoded=true",
                "PersistentAction=geo:1,2|x", "PersistentAction=geo:3,4|y", "TrafficType=free", "ShortenUrls=true",
                "ScheduleType=fixed", "SendAt=1970-01-01T00:00:00.000Z", "SendAsMms=false", "RiskCheck=disable",
                "MessageIntent=otp",
            ])
    }

    @Test("a purpose that the provider redacts is sent with both of its parameters, any other with none")
    func providerRedaction() throws {
        var message = try message(sender: .number("+15005550006"), body: "Hi")
        #expect(!String(decoding: MessageCreate(message).formBody, as: UTF8.self).contains("Retention"))
        message.isRedactedAtProvider = true
        let fields = try form(MessageCreate(message)).map { "\($0.name)=\($0.value)" }
        #expect(fields.suffix(2) == ["ContentRetention=discard", "AddressRetention=obfuscate"])
    }

    @Test("what is not said is not sent")
    func minimum() {
        #expect(MessageCreate(to: "+1").formBody == Array("To=%2B1".utf8))
    }

    @Test("a ready message becomes the provider's parameters")
    func fromMessage() throws {
        var message = try message(sender: .messagingService("MG1"), body: nil)
        let sid = "HX" + String(repeating: "0a", count: 16)
        let json = #"{"to":"+15558675310","content":{"sid":"\#(sid)","variables":{"2":"b\"","1":"a"}}}"#
        message.content = try SendRequest(json: Array(json.utf8)).content
        message.media = ["https://a.example/1"]
        message.tags = ["team": "growth"]
        message.shortenLinks = true
        message.validityPeriod = 300
        message.statusCallback = "https://b.example/s"
        #expect(
            try form(MessageCreate(message)).map { "\($0.name)=\($0.value)" } == [
                "To=+15558675310", "MessagingServiceSid=MG1", "MediaUrl=https://a.example/1", "ContentSid=\(sid)",
                #"ContentVariables={"1":"a","2":"b\""}"#, "StatusCallback=https://b.example/s", "ValidityPeriod=300",
                "ShortenUrls=true", #"Tags={"team":"growth"}"#,
            ])
    }

    @Test("on a channel with a prefix both addresses have it")
    func prefixes() throws {
        let bare = MessageCreate(try message(.whatsapp, to: "whatsapp:+15558675310"))
        #expect(bare.to == "whatsapp:+15558675310")
        #expect(bare.from == "whatsapp:+15005550006")
        let given = try message(.messenger, to: "messenger:123", sender: .number("messenger:99"))
        #expect(MessageCreate(given).from == "messenger:99")
        #expect(MessageCreate(try message()).from == "+15005550006")
    }

    @Test("an MMS without media is asked for")
    func mms() throws {
        #expect(MessageCreate(try message(.mms)).sendAsMMS == true)
        var withMedia = try message(.mms)
        withMedia.media = ["https://a.example/1"]
        #expect(MessageCreate(withMedia).sendAsMMS == nil)
        #expect(MessageCreate(try message(.sms)).sendAsMMS == nil)
    }
}
