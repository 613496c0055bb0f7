import Messaging

/// An error that the API answers, in the shape of version 2010-04-01.
struct APIError: Error, Sendable, Equatable {
    /// The HTTP status.
    let status: Int
    /// The code of Twilio's error dictionary.
    let code: Int
    /// Like Twilio's own, it may hold the caller's number: an answer, not a log line.
    let message: String
    /// The `Retry-After` header, in seconds.
    let retryAfter: Int?

    init(_ code: Int, _ message: String, status: Int = 400, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
    }

    var json: [UInt8] {
        var json = JSONText(reservingCapacity: 256)
        json.object { json in
            json.value("code", code)
            json.value("message", message)
            json.value("more_info", "https://www.twilio.com/docs/errors/\(code)")
            json.value("status", status)
        }
        return json.bytes
    }
}

extension APIError {
    static let unauthorized = APIError(20003, "Authenticate", status: 401)
    static let internalError = APIError(20500, "Internal Server Error", status: 500)

    static func notFound(_ path: String) -> APIError {
        APIError(20404, "The requested resource \(path) was not found", status: 404)
    }

    static func tooManyRequests(retryAfter: Int) -> APIError {
        APIError(20429, "Too Many Requests", status: 429, retryAfter: retryAfter)
    }

    static func optedOut(_ to: String) -> APIError {
        APIError(21610, "Attempt to send to unsubscribed recipient: \(to)")
    }

    static func invalidRecipient(_ to: String) -> APIError {
        APIError(21211, "The 'To' number \(to) is not a valid phone number")
    }

    static func queueFull(_ from: String) -> APIError {
        APIError(21611, "This 'From' number \(from) has exceeded the maximum number of queued messages")
    }
}
