public import FoundationEssentials
import HTTPTransfer
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
                page = try await fetch(address, &oldest, instant)
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
            next = try? page.nextPageURI.map(absolute)
            if next == nil, page.nextPageURI != nil { return .unavailable("the list leads to another place") }
        }
        return .unavailable("the list has more than \(Self.maximumPages) pages")
    }

    private struct Unavailable: Error {
        let reason: String
    }

    /// Reads a page; the first one also tells the provider's clock, and so how far back to read.
    private func fetch(_ address: String, _ oldest: inout Date?, _ instant: Date) async throws(Unavailable)
        -> MessagePage
    {
        let request = HTTPRequest(
            method: .get, url: address, headers: [(name: "Accept", value: "application/json")],
            credentials: account.basicAuthentication, timeout: timeout, startLimit: startLimit)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw Unavailable(reason: error.description)
        }
        guard response.status == 200 else { throw Unavailable(reason: "the provider answered \(response.status)") }
        guard let page = try? JSONDecoder().decode(MessagePage.self, from: Data(response.body)) else {
            throw Unavailable(reason: "the provider answered with something that is no list of messages")
        }
        if oldest == nil {
            let skew = response.header("Date").flatMap(parseMailDate).map { $0.timeIntervalSince(now()) } ?? 0
            oldest = instant.addingTimeInterval(skew - Self.margin)
        }
        return page
    }

    /// A page's address: the API gives paths, which stay on its own host.
    private func absolute(_ uri: String) throws(Unavailable) -> String {
        guard uri.hasPrefix("/"), !uri.hasPrefix("//") else { throw Unavailable(reason: "") }
        let base = account.baseURL.hasSuffix("/") ? String(account.baseURL.dropLast()) : account.baseURL
        return base + uri
    }
}

extension MessageCreate {
    /// A listed message from our sender to our recipient; nil for any other, and for what a person was answered: the
    /// provider's own reply to STOP among it, which stands beside every message to somebody who has just opted out.
    fileprivate func candidate(_ resource: MessageResource) -> ListedMessage? {
        let direction = resource.direction ?? "outbound-api"
        guard resource.to == to, direction.hasPrefix("outbound"), direction != "outbound-reply" else { return nil }
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
