import HTTPTypes
import Hummingbird

/// Lets health pass, and asks for a bearer token (RFC 6750) before anything else, whether it exists or not.
struct BearerTokenMiddleware<Context: RequestContext>: RouterMiddleware {
    let token: String
    let openPrefix = "/health/"

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let isOpen = request.uri.path.hasPrefix(openPrefix)
        guard isOpen || isBearer(request.headers[.authorization], of: token) else {
            var refusal = Response(status: .unauthorized)
            refusal.headers[.wwwAuthenticate] = "Bearer"
            return refusal
        }
        return try await next(request, context)
    }
}

/// Whether an `Authorization` header carries the token. Takes a time that tells nothing of where the texts differ.
func isBearer(_ header: String?, of token: String) -> Bool {
    guard let header, header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { return false }
    let given = Array(header.utf8.dropFirst(7))
    let expected = Array(token.utf8)
    guard !expected.isEmpty else { return false }
    var difference = given.count ^ expected.count
    for (index, byte) in given.enumerated() { difference |= Int(byte ^ expected[index % expected.count]) }
    return difference == 0
}
