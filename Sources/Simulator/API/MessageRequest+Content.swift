import FoundationEssentials
import Messaging

extension MessageRequest {
    /// Text, media or a content template there must be, each within its limits.
    static func checkContent(_ parameters: Parameters, body: String, media: [String]) throws(APIError) {
        let contentSID = parameters["ContentSid"]
        guard !body.isEmpty || !media.isEmpty || contentSID != nil else {
            throw APIError(21602, "Message body is required")
        }
        guard body.unicodeScalars.count <= maximumBodyLength else {
            throw APIError(21617, "The concatenated message body exceeds the 1600 character limit")
        }
        guard media.count <= 10 else { throw APIError(21623, "Number of media files exceeds allowed limit") }
        for url in media where WebhookURL(url) == nil {
            throw APIError(21620, "Invalid media URL(s): \(url)")
        }
        if let contentSID, !isSID(contentSID, prefix: "HX") {
            throw APIError(21655, "The ContentSid \(contentSID) is invalid")
        }
        guard let variables = parameters["ContentVariables"] else { return }
        guard contentSID != nil else { throw APIError(21654, "ContentSid is required with ContentVariables") }
        guard (try? JSONDecoder().decode([String: String].self, from: Data(variables.utf8))) != nil else {
            throw APIError(21656, "The ContentVariables parameter is invalid")
        }
    }

    /// When the message is to be sent; nil for now. Only a messaging service can wait, and only for 15 minutes to
    /// 35 days (Twilio, "Message scheduling").
    static func schedule(_ parameters: Parameters, serviceSID: String?, now: Date) throws(APIError) -> Date? {
        let type = parameters["ScheduleType"]
        let time = parameters["SendAt"]
        guard type != nil || time != nil else { return nil }
        guard type == "fixed" else { throw APIError(35126, "The ScheduleType value provided is not supported") }
        guard let time else { throw APIError(35111, "The SendAt timestamp is missing") }
        guard serviceSID != nil else { throw APIError(35118, "MessagingServiceSid is required to schedule a message") }
        guard let sendAt = parseRFC3339(time), (900...3_024_000).contains(sendAt.timeIntervalSince(now)) else {
            throw APIError(35114, "SendAt must be between 900 and 3024000 seconds from now")
        }
        return sendAt
    }
}
