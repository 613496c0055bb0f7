import HTTPTypes
import Hummingbird

/// Gives every answer of the API its request id, and every error the API's shape, unknown paths included.
struct APIAnswers: RouterMiddleware {
    let environment: SimulationEnvironment

    func handle(
        _ request: Request, context: SimulatorContext,
        next: @concurrent (Request, SimulatorContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path.hasPrefix("/2010-04-01/") else { return try await next(request, context) }
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as APIError {
            response = answer(error)
        } catch let error as HTTPError where error.status == .notFound {
            response = answer(.notFound(request.uri.path))
        }
        if let name = HTTPField.Name("Twilio-Request-Id") { response.headers[name] = "RQ" + environment.identifier() }
        return response
    }

    private func answer(_ error: APIError) -> Response {
        var response = Response(HTTPResponse.Status(code: error.status), json: error.json)
        if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
        if error.status == 401 { response.headers[.wwwAuthenticate] = "Basic realm=\"Twilio API\"" }
        return response
    }
}
