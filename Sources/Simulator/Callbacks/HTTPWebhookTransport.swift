import HTTPTransfer

extension HTTPClient: WebhookTransport {
    /// The limit on the connection is the request's start limit: it counts from the call, and so includes the wait for
    /// a free connection.
    func send(_ post: WebhookPost) async -> WebhookAnswer {
        let request = HTTPRequest(
            method: .post, url: post.url, headers: post.headers, body: post.body, credentials: post.credentials,
            timeout: post.timeout, startLimit: post.connectTimeout)
        do throws(HTTPTransferError) {
            let response = try await send(request)
            return .answered(status: response.status, body: response.body)
        } catch {
            switch error.code {
            case .refusedAddress: return .refused
            case .timeout where error.requestMayHaveBeenProcessed: return .noAnswer
            default: return error.requestMayHaveBeenProcessed ? .broken : .notConnected
            }
        }
    }
}
