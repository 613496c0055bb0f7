import Messaging
import Twilio

/// One page of a list of messages, newest first.
struct MessageList: Sendable {
    let messages: [SimulatedMessage]
    let hasNext: Bool
    let query: MessageListQuery
    let accountSID: String

    /// The page in the envelope of version 2010-04-01; the URIs are relative, and `next_page_uri` is to be followed
    /// rather than computed.
    var json: [UInt8] {
        var json = JSONText(reservingCapacity: 1024 * (messages.count + 1))
        let start = query.page * query.pageSize
        json.object { json in
            json.value("first_page_uri", uri(page: 0, after: nil))
            json.nullable("next_page_uri", hasNext ? uri(page: query.page + 1, after: messages.last?.sid) : nil)
            json.nullable("previous_page_uri", nil)
            json.value("uri", uri(page: query.page, after: query.after))
            json.value("page", query.page)
            json.value("page_size", query.pageSize)
            json.value("start", start)
            json.value("end", max(start, start + messages.count - 1))
            json.array("messages") { json in for message in messages { message.write(to: &json) } }
        }
        return json.bytes
    }

    private func uri(page: Int, after: String?) -> String {
        var fields: [FormFields.Field] = []
        if let to = query.to { fields.append(.init("To", to)) }
        if let from = query.from { fields.append(.init("From", from)) }
        if let sentOn = query.sentOn { fields.append(.init("DateSent", formatRFC3339(sentOn.lowerBound))) }
        if let sentBefore = query.sentBefore { fields.append(.init("DateSent<", formatRFC3339(sentBefore))) }
        if let sentAfter = query.sentAfter { fields.append(.init("DateSent>", formatRFC3339(sentAfter))) }
        fields.append(.init("PageSize", String(query.pageSize)))
        fields.append(.init("Page", String(page)))
        if let after { fields.append(.init("PageToken", "PA" + after)) }
        return "/2010-04-01/Accounts/\(accountSID)/Messages.json?" + String(decoding: formBody(fields), as: UTF8.self)
    }
}
