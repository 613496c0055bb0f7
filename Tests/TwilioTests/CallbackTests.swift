import Messaging
import Testing

@testable import Twilio

private let accountSID = "AC" + String(repeating: "0a", count: 16)
private let messageSID = "SM" + String(repeating: "0b", count: 16)
private let serviceSID = "MG" + String(repeating: "0c", count: 16)

private func form(_ pairs: KeyValuePairs<String, String>) -> FormFields {
    FormFields(pairs.map { .init($0.key, $0.value) })
}

@Suite struct StatusCallbackTests {
    @Test("the parameters are read, what is new is kept")
    func parameters() throws {
        let callback = try StatusCallback(
            form([
                "AccountSid": accountSID, "MessageSid": messageSID, "SmsSid": messageSID, "SmsStatus": "undelivered",
                "MessageStatus": "undelivered", "ErrorCode": "30006", "RawDlrDoneDate": "2611211500",
                "From": "+15005550006", "To": "+15558675310", "ApiVersion": "2010-04-01",
                "MessagingServiceSid": serviceSID, "SomethingNew": "x", "SomethingNew": "y", "ChannelPrefix": "",
            ]))
        #expect(callback.accountSID == accountSID)
        #expect(callback.messageSID == messageSID)
        #expect(callback.status == .outbound(.undelivered))
        #expect(callback.errorCode == 30006)
        #expect(callback.rawDeliveryDate == "2611211500")
        #expect(callback.messagingServiceSID == serviceSID)
        #expect(callback.channelPrefix == nil)
        #expect(callback.further == ["SomethingNew": "x"])
        #expect(callback.channel == .sms)
    }

    @Test("the older names stand in for the newer")
    func olderNames() throws {
        let callback = try StatusCallback(
            form(["AccountSid": accountSID, "SmsSid": messageSID, "SmsStatus": "sent"]))
        #expect(callback.messageSID == messageSID)
        #expect(callback.status == .outbound(.sent))
    }

    @Test(
        "the channel shows in the address and in the SID",
        arguments: [
            ("+15558675310", "SM", .sms), ("+15558675310", "MM", .mms), ("whatsapp:+15558675310", "SM", .whatsapp),
            ("rcs:+15558675310", "MM", .rcs), ("messenger:12", "SM", .messenger), ("sms:+1", "SM", .sms),
            ("whatsapp", "SM", .sms), (":", "SM", .sms),
        ] as [(String, String, Channel)])
    func channels(to: String, prefix: String, channel: Channel) throws {
        let sid = prefix + messageSID.dropFirst(2)
        let callback = try StatusCallback(
            form(["AccountSid": accountSID, "MessageSid": sid, "MessageStatus": "sent", "To": to]))
        #expect(callback.channel == channel)
    }

    @Test(
        "what is missing or malformed is named",
        arguments: [
            ("AccountSid", nil), ("AccountSid", "AC1"), ("MessageSid", nil), ("MessageSid", "SM12"),
            ("MessageSid", "XX" + String(repeating: "0", count: 32)), ("MessageStatus", nil),
            ("MessageStatus", String(repeating: "x", count: 33)), ("ErrorCode", "-1"), ("ErrorCode", "3e4"),
            ("ErrorCode", "99999999999999999999"), ("RawDlrDoneDate", "26112115"), ("RawDlrDoneDate", "26112115:0"),
            ("MessagingServiceSid", "MG1"),
        ] as [(String, String?)])
    func malformed(name: String, value: String?) {
        var fields = ["AccountSid": accountSID, "MessageSid": messageSID, "MessageStatus": "sent"]
        fields[name] = value
        let problem = #expect(throws: WebhookProblem.self) {
            _ = try StatusCallback(FormFields(fields.map { .init($0.key, $0.value) }))
        }
        #expect(problem?.field == name)
    }

    @Test("words of the provider become ours; an unknown word stays what it is")
    func statuses() {
        for status in [
            MessageStatus.accepted, .scheduled, .queued, .sending, .sent, .delivered, .undelivered, .failed, .read,
            .canceled,
        ] {
            #expect(TwilioStatus(status.rawValue).messageStatus == status)
            #expect(TwilioStatus(status.rawValue.uppercased()).messageStatus == status)
            #expect(TwilioStatus(status.rawValue).word == status.rawValue)
        }
        #expect(TwilioStatus("received") == .inbound("received"))
        // Words of ours that the provider does not know mean nothing when it says them.
        for word in ["partially_delivered", "delivery_unknown", "rejected", "blocked", "abandoned", "in-doubt", ""] {
            #expect(TwilioStatus(word) == .opaque(word))
            #expect(TwilioStatus(word).messageStatus == nil)
        }
    }
}

@Suite struct InboundMessageTests {
    private static let fields: [FormFields.Field] = [
        .init("AccountSid", accountSID), .init("MessageSid", messageSID), .init("From", "+15558675310"),
        .init("To", "+15005550006"), .init("Body", " stop "),
    ]

    private func message(_ further: KeyValuePairs<String, String>) throws -> InboundMessage {
        try InboundMessage(FormFields(Self.fields + further.map { .init($0.key, $0.value) }))
    }

    @Test("the parameters are read, what is new is kept")
    func parameters() throws {
        let message = try message([
            "NumMedia": "2", "MediaUrl0": "https://api.example/0", "MediaContentType0": "image/png",
            "MediaUrl1": "https://api.example/1", "NumSegments": "1", "OptOutType": "STOP", "ProfileName": "A",
            "WaId": "1555", "FromCity": "AUSTIN", "FromCountry": "US", "SmsStatus": "received",
        ])
        #expect(message.body == " stop ")
        #expect(
            message.media == [
                .init(url: "https://api.example/0", contentType: "image/png"),
                .init(url: "https://api.example/1", contentType: nil),
            ])
        #expect(message.optOutType == .stop)
        #expect(message.segmentCount == 1)
        #expect(message.fromCountry == "US")
        #expect(message.further == ["FromCity": "AUSTIN"])
        #expect(message.channel == .sms)
    }

    @Test("an unknown opt-out word does not cost the message")
    func optOut() throws {
        #expect(try message(["OptOutType": "help"]).optOutType == .help)
        #expect(try message(["OptOutType": "PAUSE"]).optOutType == nil)
    }

    @Test("at most ten attachments are read")
    func tooManyMedia() throws {
        let urls = (0..<12).map { FormFields.Field("MediaUrl\($0)", "https://api.example/\($0)") }
        let message = try InboundMessage(FormFields(Self.fields + [.init("NumMedia", "12")] + urls))
        #expect(message.media.count == 10)
    }

    @Test(
        "what is missing or malformed is named",
        arguments: [
            ("NumMedia", "1", "MediaUrl0"), ("NumMedia", "-1", "NumMedia"), ("NumMedia", "4294967296", "NumMedia"),
            ("NumSegments", "one", "NumSegments"), ("MessagingServiceSid", "x", "MessagingServiceSid"),
        ])
    func malformed(name: String, value: String, field: String) {
        let problem = #expect(throws: WebhookProblem.self) {
            _ = try InboundMessage(FormFields(Self.fields + [.init(name, value)]))
        }
        #expect(problem?.field == field)
        for missing in ["AccountSid", "MessageSid", "From", "To"] {
            #expect(throws: WebhookProblem(field: missing, problem: "is missing")) {
                _ = try InboundMessage(FormFields(Self.fields.filter { $0.name != missing }))
            }
        }
    }
}
