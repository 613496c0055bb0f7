import HTTPTransfer
import Synchronization

@testable import Twilio

/// Answers every request alike and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    private let answer: Result<HTTPResponse, HTTPTransferError>
    private let asked = Mutex<[HTTPRequest]>([])

    init(_ answer: Result<HTTPResponse, HTTPTransferError>) { self.answer = answer }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPTransferError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        return try answer.get()
    }
}
