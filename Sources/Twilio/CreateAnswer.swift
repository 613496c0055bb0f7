import Messaging

/// What is needed of the answer to a new message.
struct CreateAnswer {
    let sid: String
    let status: String

    /// Reads the answer; nil when it is no message with a SID.
    init?(json body: [UInt8]) {
        guard let values = JSONObjectStrings.values(of: ["sid", "status"], in: body), isMessageSID(values[0]) else {
            return nil
        }
        sid = values[0]
        status = values[1]
    }
}

/// Whether the text is a message's SID: `SM` or `MM` and 32 hexadecimal digits.
func isMessageSID(_ text: String) -> Bool { isSID(text, prefix: "SM") || isSID(text, prefix: "MM") }
