import HTTPTypes
import Hummingbird

/// Keeps other sites' pages out: whoever opens a hostile page beside the simulator must not thereby answer for people,
/// program outcomes or show what was sent. Programs, which send neither `Origin` nor `Sec-Fetch-Site`, are let through.
struct SameOriginOnly: RouterMiddleware {
    /// The name that the simulator listens on.
    let host: String

    func handle(
        _ request: Request, context: SimulatorContext,
        next: @concurrent (Request, SimulatorContext) async throws -> Response
    ) async throws -> Response {
        guard isOwnName(request.head.authority) else {
            throw HTTPError(.misdirectedRequest, message: "call the simulator by its IP address or as localhost")
        }
        guard request.method == .get || Self.isSameOrigin(request) else {
            throw HTTPError(.forbidden, message: "this request comes from a page of another origin")
        }
        return try await next(request, context)
    }

    /// Whether the name that the simulator was called by can be no other site's. A hostile site may let its own name lead
    /// to this computer (DNS rebinding), and then its page has the simulator's origin; but its name is a public one,
    /// and those have a dot.
    func isOwnName(_ authority: String?) -> Bool {
        guard let authority else { return true }
        if authority.hasPrefix("[") { return true }
        let name = authority.prefix { $0 != ":" }.lowercased()
        let isAddress = name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        return isAddress || !name.contains(".") || name.hasSuffix(".localhost") || name == host.lowercased()
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
