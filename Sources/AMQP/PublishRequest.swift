/// A message that somebody waits to see published.
struct PublishRequest {
    let message: Message
    let exchange: String
    let routingKey: String
    let isMandatory: Bool
    let ticket: PublishTicket
}

/// Whom to tell what became of a message, and what a return of it would look like.
struct PublishTicket {
    let continuation: CheckedContinuation<Result<PublishOutcome, AMQPError>, Never>
    let exchange: String
    let routingKey: String
    let messageID: String?

    func resolve(_ outcome: PublishOutcome) {
        continuation.resume(returning: .success(outcome))
    }

    /// Nothing of the message was sent.
    func fail(_ error: AMQPError) {
        continuation.resume(returning: .failure(error))
    }
}
