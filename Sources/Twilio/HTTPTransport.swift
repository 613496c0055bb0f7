import HTTPTransfer

/// What carries a request to the API; tests put a script in its place.
protocol HTTPTransport: Sendable {
    /// One exchange, never repeated.
    func send(_ request: HTTPRequest) async throws(HTTPTransferError) -> HTTPResponse
}

extension HTTPClient: HTTPTransport {}
