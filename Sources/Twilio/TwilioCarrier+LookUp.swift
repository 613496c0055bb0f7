public import FoundationEssentials
public import Messaging

extension TwilioCarrier {
    /// The most pages that are followed; beyond them the list counts as unreliable.
    private static let maximumPages = 20
    /// Seconds that the provider's record of an instant may lie before ours, beside the difference of the clocks.
    private static let margin = 60.0

    /// Lists the account's messages by the recipient alone, newest first, back to `instant`: `date_sent`, by which the API
    /// could filter, is null while a message is queued.
    public func lookUp(_ message: OutboundMessage, since instant: Date) async -> LookUp {
        let create = MessageCreate(message)
        var form = FormWriter(reservingCapacity: 64)
        form.append("To", create.to)
        form.append("PageSize", 100)
        var next: String? = url + "?" + String(decoding: form.bytes, as: UTF8.self)
        var listed: [ListedMessage] = []
        var oldest: Date?
        for _ in 0..<Self.maximumPages {
            guard let address = next else { return .listed(listed) }
            let page: MessagePage
            do {
                let response = try await get(address)
                page = try messagePage(response)
                // The first page also tells the provider's clock, and so how far back to read.
                if oldest == nil { oldest = instant.addingTimeInterval(clockLead(response) - Self.margin) }
            } catch {
                return .unavailable(error.reason)
            }
            for resource in page.messages {
                guard let created = resource.created else {
                    return .unavailable("the list has a message without a date")
                }
                if let oldest, created < oldest { return .listed(listed) }
                if let candidate = create.candidate(resource) { listed.append(candidate) }
            }
            do {
                next = try page.nextPageURI.map { uri throws(LookUpFailure) in try absolute(uri) }
            } catch {
                return .unavailable(error.reason)
            }
        }
        return .unavailable("the list has more than \(Self.maximumPages) pages")
    }
}

extension MessageCreate {
    /// A listed message from our sender to our recipient; nil for any other.
    fileprivate func candidate(_ resource: MessageResource) -> ListedMessage? {
        guard resource.to == to, resource.direction?.hasPrefix("outbound") ?? true else { return nil }
        if let service = messagingServiceSID {
            guard resource.messagingServiceSID == service else { return nil }
        } else {
            guard resource.from == from else { return nil }
        }
        return ListedMessage(
            acceptance: Acceptance(sid: resource.sid, status: resource.status.word), hasSameText: hasText(resource.body)
        )
    }

    /// Whether the provider's text is ours. A trial account's has a sentence before it; one with shortened links or of a
    /// template is not ours to compare.
    private func hasText(_ text: String?) -> Bool {
        guard let body, let text, shortenURLs != true, contentSID == nil else { return false }
        return text == body || text.hasSuffix(" - " + body)
    }
}
