/// What happens to a subscription; see ``Consumer/subscribe(_:prefetch:onEvent:handler:)``.
public enum SubscriptionEvent: Sendable, Equatable {
    /// The broker delivers.
    case consuming
    /// The broker ended the subscription, because the queue was deleted or has moved; it is tried again.
    case cancelledByBroker
    /// The channel or the connection is gone, and unsettled deliveries are back in the queue; it is tried again.
    case interrupted(AMQPError)
}

/// A queue that somebody wants messages from. Not `Sendable`: it belongs to the consumer's actor.
final class Subscription {
    enum Source {
        case queue
        /// A queue of this connection's own, bound anew after every reconnect.
        case temporary([QueueBinding])
    }

    let queue: String
    let source: Source
    var prefetch: UInt16
    let handler: @Sendable ([Delivery]) -> Void
    let onEvent: @Sendable (SubscriptionEvent) -> Void
    var channel: ConsumeChannel?
    /// False while paused.
    var isWanted = true
    /// Whether everything unsettled goes back to the queue as soon as no more is delivered.
    var handsBack = false
    var failedAttempts = 0
    /// The kinds of problem that were logged since it last consumed, so that each is said once.
    var reported: Set<AMQPError.Code> = []
    /// Callers of `pause` and `handBack`, who wait for the last delivery.
    var waiters: [CheckedContinuation<Void, Never>] = []

    init(
        _ queue: String, source: Source, prefetch: Int, onEvent: @escaping @Sendable (SubscriptionEvent) -> Void,
        handler: @escaping @Sendable ([Delivery]) -> Void
    ) {
        self.queue = queue
        self.source = source
        self.prefetch = Self.valid(prefetch)
        self.onEvent = onEvent
        self.handler = handler
    }

    /// Zero would mean no limit.
    static func valid(_ prefetch: Int) -> UInt16 { UInt16(clamping: max(1, prefetch)) }

    /// Whether AMQP can say the names at all.
    var hasValidNames: Bool {
        var names = [queue]
        if case .temporary(let bindings) = source { names += bindings.flatMap { [$0.exchange, $0.routingKey] } }
        return names.allSatisfy { $0.utf8.count <= 255 }
    }

    func resumeWaiters() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}

/// One opening of a channel for a subscription. Not `Sendable`: it belongs to the consumer's actor.
final class ConsumeChannel {
    /// What the channel waits for, in the order in which it comes.
    enum State: Equatable {
        case opening
        case declaring
        case binding(remaining: Int)
        case limiting
        case idle
        case starting
        case consuming
        case stopping
    }

    let number: UInt16
    let epoch = ChannelEpoch.next()
    let subscription: Subscription
    var state = State.opening {
        didSet { step += 1 }
    }
    /// How many states there were before this one.
    private(set) var step = 0
    /// The broker's name of the queue: that of the subscription, or of a temporary one.
    var queue: String
    var prefetch: UInt16 = 0
    /// How many consumers it has had, one after the other.
    var consumers = 0
    var assembler: ContentAssembler<InboundMethod.DeliveredMethod>
    var unsettled = UnsettledDeliveries()
    /// What this turn delivered.
    var batch: [Delivery] = []
    /// Who asked whether the broker has read the settlements, in order.
    var settlementQuestions = FirstInFirstOut<CheckedContinuation<Result<Void, AMQPError>, Never>>()
    /// How many of those questions have been answered.
    var answeredQuestions = 0

    init(number: UInt16, subscription: Subscription, maximumBodySize: Int) {
        self.number = number
        self.subscription = subscription
        queue = subscription.queue
        assembler = ContentAssembler(maximumBodySize: maximumBodySize)
    }
}
