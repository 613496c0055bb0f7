import FoundationEssentials
import Testing

@testable import Twilio

/// Nothing that is printed shows an address or a text.
@Suite struct DescriptionTests {
    private static let sid = "SM" + String(repeating: "0a", count: 16)
    private static let form = FormFields([
        .init("AccountSid", "AC" + String(repeating: "0a", count: 16)), .init("MessageSid", sid),
        .init("MessageStatus", "sent"), .init("From", "+15558675310"), .init("To", "+15558675310"),
        .init("Body", "secret text"), .init("+15558675310", "secret text"),
    ])

    private func shown<Value>(_ value: Value) -> String {
        var text = "\(value) \(String(reflecting: value)) \([value]) \(Optional(value) as Any)"
        dump(value, to: &text)
        return text
    }

    @Test func forms() {
        #expect(!shown(Self.form).contains("555") && !shown(Self.form).contains("secret"))
        #expect(!shown(Self.form.fields).contains("555") && !shown(Self.form.fields).contains("secret"))
    }

    @Test func callbacks() throws {
        for text in [shown(try StatusCallback(Self.form)), shown(try InboundMessage(Self.form))] {
            #expect(!text.contains("555") && !text.contains("secret"))
            #expect(text.contains(Self.sid))
        }
    }

    @Test func messages() throws {
        var message = MessageCreate(to: "+15558675310")
        message.body = "secret text"
        #expect(!shown(message).contains("555") && !shown(message).contains("secret"))
        let json = #"{"sid":"\#(Self.sid)","status":"sent","to":"+15558675310","body":"secret text"}"#
        let resource = try JSONDecoder().decode(MessageResource.self, from: Data(json.utf8))
        #expect(!shown(resource).contains("555") && shown(resource).contains("sent"))
    }
}
