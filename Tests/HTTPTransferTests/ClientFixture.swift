import EventLoop
import HTTPTransfer
import Testing

/// Runs `body` with a client that is shut down afterwards.
func withClient<Result>(
    _ configure: (inout HTTPTransferOptions) -> Void = { _ in }, _ body: (HTTPClient) async throws -> Result
) async throws -> Result {
    var options = HTTPTransferOptions()
    options.allowsAddress = { $0.isLoopback }
    // So that no connection grows too old between two requests, however slow the machine is.
    options.maximumIdleTime = .seconds(60)
    configure(&options)
    let client = try HTTPClient(loop: EventLoop(name: "http"), options: options)
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// The error that sending ends in; the test fails when an answer comes instead.
func failure(
    of client: HTTPClient, _ request: HTTPRequest, sourceLocation: SourceLocation = #_sourceLocation
) async -> HTTPTransferError? {
    do {
        let response = try await client.send(request)
        Issue.record("answered with \(response)", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

/// The status of the answer. (An untyped error, as the testing macros need it.)
func status(of client: HTTPClient, _ request: HTTPRequest) async throws -> Int {
    try await client.send(request).status
}
