import FoundationEssentials
import HTTPTransfer
import Messaging

extension CarrierOutcome {
    /// What an answer of the API to a new message means.
    ///
    /// Creating a message has no idempotency key, so wherever the provider may have taken the message and did not say so
    /// readably, the outcome is unknown: a success without a SID, any 5xx (but for a code that says otherwise), a time-out
    /// that a proxy reports (408), and status codes that no such answer should have.
    init(answer: HTTPResponse, table: ErrorTable, now: Date) {
        let status = answer.status
        switch status {
        case 200..<300:
            if let message = CreateAnswer(json: answer.body) {
                self = .accepted(Acceptance(sid: message.sid, status: message.status))
            } else {
                self = .unknown("HTTP \(status) with a body that is no message with a SID")
            }
        case 301, 302, 307, 308, 400...407, 409..<500:
            self = .refused(Self.refusal(answer, code: APIError.code(in: answer.body), table: table, now: now))
        case 500..<600:
            guard let code = APIError.code(in: answer.body) else {
                self = .unknown("HTTP \(status) without an error code")
                return
            }
            if table.saysUnprocessed(code) {
                self = .refused(Self.refusal(answer, code: code, table: table, now: now))
            } else {
                self = .unknown("HTTP \(status), error \(table.advice(for: code, httpStatus: status))")
            }
        default:
            self = .unknown("HTTP \(status)")
        }
    }

    /// What a call without an answer means: a request of which no byte left was certainly not taken.
    init(failure: HTTPTransferError) {
        if failure.requestMayHaveBeenProcessed {
            self = .unknown(failure.description)
        } else {
            self = .refused(Refusal(error: nil, reason: failure.description))
        }
    }

    private static func refusal(_ answer: HTTPResponse, code: Int?, table: ErrorTable, now: Date) -> Refusal {
        let error = table.advice(for: code ?? answer.status, httpStatus: answer.status)
        return Refusal(
            error: error,
            reason: code == nil ? error.name : "HTTP \(answer.status), error \(error)",
            retryAfter: answer.header("Retry-After").flatMap { parseRetryAfter($0, now: now) })
    }
}
