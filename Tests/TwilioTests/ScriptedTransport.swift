import HTTPTransfer
import Synchronization

@testable import Twilio

/// Answers from a list, the last one for ever, and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    private let answers: [Result<HTTPResponse, HTTPTransferError>]
    private let asked = Mutex<[HTTPRequest]>([])

    init(_ answers: Result<HTTPResponse, HTTPTransferError>...) { self.answers = answers }
    init(_ answers: [Result<HTTPResponse, HTTPTransferError>]) { self.answers = answers }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPTransferError) -> HTTPResponse {
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count
        }
        return try answers[min(number, answers.count) - 1].get()
    }
}
