import HTTPTypes
import Hummingbird

/// Refuses what another site's page makes a browser send: whoever opens a hostile page beside the simulator must not
/// thereby answer for people or program outcomes. Programs, which send neither header, are let through.
struct SameOriginOnly: RouterMiddleware {
    func handle(
        _ request: Request, context: SimulatorContext,
        next: @concurrent (Request, SimulatorContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || Self.isSameOrigin(request) else {
            throw HTTPError(.forbidden, message: "this request comes from a page of another origin")
        }
        return try await next(request, context)
    }

    /// By `Sec-Fetch-Site` (W3C Fetch Metadata) and by `Origin` (RFC 6454), each where it is there.
    private static func isSameOrigin(_ request: Request) -> Bool {
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name],
            site != "same-origin" && site != "none"
        {
            return false
        }
        guard let origin = request.headers[.origin] else { return true }
        guard let authority = request.head.authority else { return false }
        return origin == "http://\(authority)" || origin == "https://\(authority)"
    }
}
