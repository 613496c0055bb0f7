import FoundationEssentials
import HTTPTransfer
import Messaging

extension TwilioCarrier: MessageSource {
    /// So many are listed on a page.
    private static let pageSize = 500

    /// One message by its SID. The API's own answer that there is none (404 with the code 20404) is nil; another 404 comes
    /// from somewhere else. To test credentials no message ever existed.
    public func message(_ sid: String) async throws(LookUpFailure) -> FoundMessage? {
        let response = try await get(
            String(url.dropLast(".json".count)) + "/" + FormWriter.encoded(sid) + ".json")
        let code = response.status == 200 ? nil : APIError.code(in: response.body)
        if response.status == 404, code == 20404 { return nil }
        if response.status == 403, code == Self.testCredentials { return nil }
        try expectSuccess(response)
        guard let resource = try? JSONDecoder().decode(MessageResource.self, from: Data(response.body)),
            resource.sid == sid
        else { throw LookUpFailure("the provider answered with something that is not the message") }
        return FoundMessage(resource: resource, clockLead: clockLead(response))
    }

    /// A page of the account's list. Test credentials have none.
    public func page(_ place: ListPlace) async throws(LookUpFailure) -> ListedMessages {
        let response: HTTPResponse
        switch place {
        case .since(let instant):
            var form = FormWriter(reservingCapacity: 64)
            form.append("DateSent>", String(formatRFC3339(instant).prefix(10)))
            form.append("PageSize", Self.pageSize)
            response = try await get(url + "?" + String(decoding: form.bytes, as: UTF8.self))
        case .next(let uri): response = try await get(try absolute(uri))
        }
        if response.status == 403, APIError.code(in: response.body) == Self.testCredentials {
            return ListedMessages(messages: [], next: nil, clockLead: 0)
        }
        let page = try messagePage(response)
        if let uri = page.nextPageURI {
            _ = try absolute(uri)
            guard place != .next(uri) else { throw LookUpFailure("the list leads to where it is") }
        }
        return ListedMessages(
            messages: page.messages, next: page.nextPageURI.map(ListPlace.next), clockLead: clockLead(response))
    }

    /// The code with which the API recognises test credentials, and refuses to list.
    static let testCredentials = 20008
}

/// Questions to the API, which change nothing and may be asked again.
extension TwilioCarrier {
    func get(_ address: String) async throws(LookUpFailure) -> HTTPResponse {
        let request = HTTPRequest(
            method: .get, url: address, headers: [(name: "Accept", value: "application/json")],
            credentials: account.basicAuthentication, timeout: timeout, startLimit: startLimit)
        do {
            return try await transport.send(request)
        } catch {
            throw LookUpFailure(error.description)
        }
    }

    func expectSuccess(_ response: HTTPResponse) throws(LookUpFailure) {
        guard response.status != 200 else { return }
        let code = APIError.code(in: response.body).map { ", error \($0)" } ?? ""
        throw LookUpFailure(
            "the provider answered \(response.status)\(code)",
            retryAfter: response.header("Retry-After").flatMap { parseRetryAfter($0, now: now()) })
    }

    func messagePage(_ response: HTTPResponse) throws(LookUpFailure) -> MessagePage {
        try expectSuccess(response)
        guard let page = try? JSONDecoder().decode(MessagePage.self, from: Data(response.body)) else {
            throw LookUpFailure("the provider answered with something that is no list of messages")
        }
        return page
    }

    /// How many seconds the provider's clock is ahead, as its answer tells in whole seconds: less than two are none.
    func clockLead(_ response: HTTPResponse) -> Double {
        let lead = response.header("Date").flatMap(parseMailDate).map { $0.timeIntervalSince(now()) } ?? 0
        return abs(lead) < 2 ? 0 : lead
    }

    /// A page's address: the API gives paths, which stay on its own host.
    func absolute(_ uri: String) throws(LookUpFailure) -> String {
        guard uri.hasPrefix("/"), !uri.hasPrefix("//") else {
            throw LookUpFailure("the list leads to another place")
        }
        let base = account.baseURL.hasSuffix("/") ? String(account.baseURL.dropLast()) : account.baseURL
        return base + uri
    }
}
