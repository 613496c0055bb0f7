import FoundationEssentials
import Messaging

/// What is needed of the answer to a new message.
struct CreateAnswer: Decodable {
    let sid: String
    let status: String

    /// Reads the answer; nil when it is no message with a SID.
    init?(json body: [UInt8]) {
        guard let answer = try? JSONDecoder().decode(CreateAnswer.self, from: Data(body)), isMessageSID(answer.sid)
        else {
            return nil
        }
        self = answer
    }
}

/// Whether the text is a message's SID: `SM` or `MM` and 32 hexadecimal digits.
func isMessageSID(_ text: String) -> Bool { isSID(text, prefix: "SM") || isSID(text, prefix: "MM") }
