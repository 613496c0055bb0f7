import Messaging
import Policy

extension SimulatedMessage {
    /// Where the API keeps the message.
    var path: String { "/2010-04-01/Accounts/\(accountSID)/Messages/\(sid)" }

    /// The message as one object of JSON.
    var json: [UInt8] {
        var json = JSONText(reservingCapacity: 1024)
        write(to: &json)
        return json.bytes
    }

    /// Writes the message as the API shows it (Twilio, "Message resource"): texts or null but for the error code, and
    /// neither sender nor segments before a messaging service has chosen.
    func write(to json: inout JSONText) {
        let isUnassigned = state == .accepted || state == .scheduled
        json.object { json in
            json.value("body", body)
            json.value("num_segments", isUnassigned ? "0" : String(SegmentCount(body).segments))
            json.value("direction", direction.rawValue)
            json.nullable("from", isUnassigned && serviceSID != nil ? nil : from)
            json.value("to", to)
            json.value("date_updated", formatRFC2822(updatedAt))
            json.nullable("price", nil)
            json.nullable("error_message", errorCode.map(errorName))
            json.value("uri", path + ".json")
            json.value("account_sid", accountSID)
            json.value("num_media", String(media.count))
            json.value("status", state.rawValue)
            json.nullable("messaging_service_sid", serviceSID)
            json.value("sid", sid)
            json.nullable("date_sent", sentAt.map(formatRFC2822))
            json.value("date_created", formatRFC2822(createdAt))
            if let errorCode { json.value("error_code", errorCode) } else { json.nullable("error_code", nil) }
            json.value("price_unit", "USD")
            json.value("api_version", "2010-04-01")
            json.object("subresource_uris") { json in
                json.value("media", path + "/Media.json")
                json.value("feedback", path + "/Feedback.json")
            }
        }
    }
}

extension JSONText {
    /// Writes a string, or null where there is none.
    mutating func nullable(_ key: String, _ text: String?) {
        if let text { value(key, text) } else { raw(key, Array("null".utf8)) }
    }
}
