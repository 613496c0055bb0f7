public import FoundationEssentials
public import Messaging

extension TwilioCarrier {
    /// The most pages that are followed; a list that goes on is unreliable, unless the last page has only what is older.
    private static let maximumPages = 20
    /// Seconds that the provider's record of an instant may lie before ours, beside the difference of the clocks.
    private static let margin = 60.0

    /// Lists the account's messages by the recipient alone: `date_sent`, by which the API could filter, is null while a
    /// message is queued. By which instant the list is ordered, and where it has what is queued, nobody promises: it is
    /// read to its end, and only of a very long one what is older than `instant` is left to the last.
    public func lookUp(_ message: OutboundMessage, since instant: Date) async -> LookUp {
        let create = MessageCreate(message)
        var form = FormWriter(reservingCapacity: 64)
        form.append("To", create.to)
        form.append("PageSize", 50)
        var next: String? = url + "?" + String(decoding: form.bytes, as: UTF8.self)
        var listed: [ListedMessage] = []
        var isPast = false
        for _ in 0..<Self.maximumPages {
            guard let address = next else { return .listed(listed) }
            do {
                let response = try await get(address)
                let page = try messagePage(response)
                let lead = clockLead(response)
                isPast = !page.messages.isEmpty
                for resource in page.messages {
                    guard let created = resource.created else {
                        return .unavailable("the list has a message without a date")
                    }
                    let taken = created.addingTimeInterval(-lead)
                    guard taken >= instant.addingTimeInterval(-Self.margin) else { continue }
                    isPast = false
                    if let candidate = create.candidate(resource, takenAt: taken) { listed.append(candidate) }
                }
                next = try page.nextPageURI.map { uri throws(LookUpFailure) in try absolute(uri) }
            } catch {
                return .unavailable(error.reason)
            }
        }
        return isPast || next == nil
            ? .listed(listed) : .unavailable("the list has more than \(Self.maximumPages) pages")
    }
}

extension MessageCreate {
    /// A listed message from our sender to our recipient; nil for any other, and for what a person was answered: the
    /// provider's own reply to STOP among it, which stands beside every message to somebody who has just opted out.
    fileprivate func candidate(_ resource: MessageResource, takenAt: Date) -> ListedMessage? {
        let direction = resource.direction ?? "outbound-api"
        guard resource.to == to, direction.hasPrefix("outbound"), direction != "outbound-reply" else { return nil }
        if let service = messagingServiceSID {
            guard resource.messagingServiceSID == service else { return nil }
        } else {
            guard resource.from == from else { return nil }
        }
        return ListedMessage(
            acceptance: Acceptance(sid: resource.sid, status: resource.status.word),
            hasSameText: hasText(resource.body), takenAt: takenAt)
    }

    /// Whether the provider's text is ours. A trial account's has a sentence before it; one with shortened links or of a
    /// template is not ours to compare.
    private func hasText(_ text: String?) -> Bool {
        guard let body, let text, shortenURLs != true, contentSID == nil else { return false }
        return text == body || text.hasSuffix(" - " + body)
    }
}
