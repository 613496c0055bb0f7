internal import EventLoop
internal import Logging

/// What is said of a subscription, and when it is tried again.
extension Consumer {
    func report(_ event: SubscriptionEvent, _ subscription: Subscription) {
        let queue = subscription.queue
        switch event {
        case .consuming:
            subscription.failedAttempts = 0
            if !subscription.reported.isEmpty {
                link.logger.notice("Consuming again", metadata: [LogKey.queue: "\(queue)"])
            }
            subscription.reported = []
        case .cancelledByBroker where subscription.reported.isEmpty:
            link.logger.warning(
                "The broker ended a subscription, trying again", metadata: [LogKey.queue: "\(queue)"])
            // It ends one because the queue is gone; that it is not there is no news then.
            subscription.reported = [.notFound]
        case .interrupted(let error)
        where !error.isConnectionDead && subscription.reported.insert(error.code).inserted:
            link.logger.warning(
                "A queue cannot be consumed, trying again",
                metadata: [LogKey.queue: "\(queue)", LogKey.reason: "\(error)"])
        default: break
        }
        subscription.onEvent(event)
    }

    /// Tries again after a wait that grows with every failure.
    func retryLater(_ subscription: Subscription) {
        let wait = link.backoff(after: subscription.failedAttempts)
        subscription.failedAttempts += 1
        let generation = link.connection?.generation
        let queue = subscription.queue
        loop.schedule(after: wait) { [weak self] in
            self?.assumeIsolated { consumer in
                // A reconnect in between has tried already.
                guard consumer.link.connection?.generation == generation else { return }
                for subscription in consumer.subscriptions where subscription.queue == queue {
                    consumer.startOrDrop(subscription)
                }
            }
        }
    }
}
