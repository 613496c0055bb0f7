import FoundationEssentials
import Messaging
import Testing

@testable import Twilio

@Suite struct MessageResourceTests {
    private static let sid = "SM" + String(repeating: "0a", count: 16)

    private static let json = """
        {"account_sid":"AC1","api_version":"2010-04-01","body":"Hi","date_created":"Fri, 24 May 2019 17:44:46 +0000",
        "date_sent":"Fri, 24 May 2019 17:44:50 +0000","date_updated":null,"direction":"outbound-api","error_code":30006,
        "error_message":"x","from":"+15005550006","messaging_service_sid":null,"num_media":"0","num_segments":"2",
        "price":null,"price_unit":"USD","sid":"\(sid)","status":"undelivered",
        "subresource_uris":{"media":"/x"},"to":"+15558675310","uri":"/y","something_new":[1,{}]}
        """

    @Test("a message is read from a list")
    func list() throws {
        let page = try JSONDecoder().decode(
            MessagePage.self,
            from: Data(#"{"messages":[\#(Self.json)],"next_page_uri":"/2010-04-01/x?Page=1","page":0}"#.utf8))
        #expect(page.nextPageURI == "/2010-04-01/x?Page=1")
        let message = try #require(page.messages.first)
        #expect(message.sid == Self.sid)
        #expect(message.status == .outbound(.undelivered))
        #expect(message.errorCode == 30006)
        #expect(message.segmentCount == 2)
        #expect(message.to == "+15558675310")
        #expect(message.created == Date(timeIntervalSince1970: 1_558_719_886))
        #expect(message.sent == Date(timeIntervalSince1970: 1_558_719_890))
        #expect(message.updated == nil)
    }

    @Test("the last page names no next one")
    func lastPage() throws {
        let page = try JSONDecoder().decode(
            MessagePage.self, from: Data(#"{"messages":[],"next_page_uri":null}"#.utf8))
        #expect(page.messages.isEmpty)
        #expect(page.nextPageURI == nil)
    }

    @Test("what is no message is not read")
    func invalid() {
        for json in [#"{"sid":"SM1","status":"sent"}"#, #"{"sid":"\#(Self.sid)"}"#, "[]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(MessageResource.self, from: Data(json.utf8))
            }
        }
    }

    @Test(
        "dates of mail and of HTTP headers are read",
        arguments: [
            ("Fri, 24 May 2019 17:44:46 +0000", 1_558_719_886), ("Fri, 24 May 2019 17:44:46 GMT", 1_558_719_886),
            ("Fri, 24 May 2019 19:44:46 +0200", 1_558_719_886), ("Thu, 1 Jan 1970 00:00:00 UTC", 0),
        ])
    func mailDates(text: String, seconds: Double) {
        #expect(parseMailDate(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(
        "anything else is no date",
        arguments: [
            "", "Fri", "Fri, 24 May 2019 17:44:46", "Fri, 24 Mai 2019 17:44:46 GMT", "Fri, 31 Feb 2019 17:44:46 GMT",
            "Fri, 24 May 19 17:44:46 GMT", "Fri, 24 May 2019 25:44:46 GMT", "Fri, 24 May 2019 17:44:46 EST",
            "Fri, 24 May 2019 17:44:46 +000é", "2019-05-24T17:44:46Z",
        ])
    func noDates(text: String) {
        #expect(parseMailDate(text) == nil)
    }
}
