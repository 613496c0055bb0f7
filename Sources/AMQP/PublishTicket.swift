/// Whom to tell what became of a message, and what a return of it would look like. Not `Sendable`: it belongs to the
/// publisher's actor.
final class PublishTicket {
    let exchange: String
    let routingKey: String
    let messageID: String?
    private let waiter: PublishWaiter
    private let place: Int

    init(_ publication: Publication, _ waiter: PublishWaiter, place: Int) {
        exchange = publication.exchange
        routingKey = publication.routingKey
        messageID = publication.message.properties.messageID
        self.waiter = waiter
        self.place = place
    }

    func resolve(_ outcome: PublishOutcome) { waiter.resolve(place, .success(outcome)) }

    /// Nothing of the message was sent.
    func fail(_ error: AMQPError) { waiter.resolve(place, .failure(error)) }
}

/// Who waits for the outcomes of messages that were offered together, and is woken once, when all are there.
final class PublishWaiter {
    typealias Outcomes = [Result<PublishOutcome, AMQPError>]

    private let continuation: CheckedContinuation<Outcomes, Never>
    private var outcomes: Outcomes
    private var missing: Int

    init(_ continuation: CheckedContinuation<Outcomes, Never>, count: Int) {
        self.continuation = continuation
        outcomes = Array(repeating: .success(.confirmed), count: count)
        missing = count
        if count == 0 { continuation.resume(returning: []) }
    }

    fileprivate func resolve(_ place: Int, _ outcome: Result<PublishOutcome, AMQPError>) {
        outcomes[place] = outcome
        missing -= 1
        if missing == 0 { continuation.resume(returning: outcomes) }
    }
}
