/// Whom to tell what became of a message, and what a return of it would look like. Not `Sendable`: it belongs to the
/// publisher's actor.
final class PublishTicket {
    let exchange: String
    let routingKey: String
    let messageID: String?
    /// When it was offered, in nanoseconds of the monotonic clock.
    let offeredAt: UInt64
    private let waiter: PublishWaiter
    private let place: Int
    private(set) var isResolved = false

    init(_ publication: Publication, _ waiter: PublishWaiter, place: Int, offeredAt: UInt64) {
        exchange = publication.exchange
        routingKey = publication.routingKey
        messageID = publication.message.properties.messageID
        self.waiter = waiter
        self.place = place
        self.offeredAt = offeredAt
    }

    /// The first outcome counts: one that was given up may still be answered.
    func resolve(_ outcome: PublishOutcome) { settle(.success(outcome)) }

    /// Nothing of the message was sent.
    func fail(_ error: AMQPError) { settle(.failure(error)) }

    private func settle(_ outcome: Result<PublishOutcome, AMQPError>) {
        guard !isResolved else { return }
        isResolved = true
        waiter.resolve(place, outcome)
    }
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
