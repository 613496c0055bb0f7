import FoundationEssentials
import Messaging
import Twilio

/// Which messages a list shows, and which page of them.
struct MessageListQuery: Sendable, Equatable {
    /// The most messages on a page.
    static let maximumPageSize = 1000

    var to: String?
    var from: String?
    /// Sent within this day.
    var sentOn: Range<Date>?
    /// Sent at this time or before.
    var sentBefore: Date?
    /// Sent at this time or after.
    var sentAfter: Date?
    var pageSize = 50
    var page = 0
    /// The SID of the last message of the page before.
    var after: String?

    /// Everything.
    init() {}

    /// Reads the query of a list's URL.
    ///
    /// - Throws: ``APIError`` that names the parameter.
    init(_ fields: FormFields) throws(APIError) {
        for field in fields.fields where !field.value.isEmpty {
            switch field.name {
            case "To": to = field.value
            case "From": from = field.value
            case "DateSent":
                let day = (try Self.date(field).timeIntervalSince1970 / 86_400).rounded(.down)
                let start = Date(timeIntervalSince1970: day * 86_400)
                sentOn = start..<start.addingTimeInterval(86_400)
            case "DateSent<": sentBefore = try Self.date(field)
            case "DateSent>": sentAfter = try Self.date(field)
            case "PageSize": pageSize = min(try Self.number(field, from: 1), Self.maximumPageSize)
            case "Page": page = try Self.number(field, from: 0)
            case "PageToken":
                guard field.value.hasPrefix("PA") else { throw .invalid("PageToken") }
                after = String(field.value.dropFirst(2))
            default: continue
            }
        }
    }

    /// Whether the message is one of those that the filters let through. A message that has not been sent yet counts
    /// by the time of its creation, so that somebody who looks for one that was just taken finds it.
    func matches(_ message: SimulatedMessage) -> Bool {
        if let to, to != message.to { return false }
        if let from, from != message.from { return false }
        let sent = message.sentAt ?? message.createdAt
        if let sentOn, !sentOn.contains(sent) { return false }
        if let sentBefore, sent > sentBefore { return false }
        if let sentAfter, sent < sentAfter { return false }
        return true
    }

    private static func date(_ field: FormFields.Field) throws(APIError) -> Date {
        guard let date = parseRFC3339(field.value) ?? parseRFC3339(field.value + "T00:00:00Z") else {
            throw .invalid(field.name)
        }
        return date
    }

    private static func number(_ field: FormFields.Field, from lowest: Int) throws(APIError) -> Int {
        guard let number = Int(field.value), (lowest...1_000_000).contains(number) else { throw .invalid(field.name) }
        return number
    }
}

extension APIError {
    fileprivate static func invalid(_ parameter: String) -> APIError {
        APIError(20422, "The parameter \(parameter) is invalid")
    }
}
