import AMQP
import EventLoop
import Logging
import Messaging
import Observability
import Topics

/// How much a worker takes from its queues while accounts are paused.
extension Worker {
    /// The accounts through which nothing is sent for the time being, with since when and why.
    public nonisolated var pausedAccounts: [AccountPause] { circuits.pauses }

    /// How many messages of a class are taken while only a trial may find out whether the provider works again. All of them
    /// begin at once, so none is handed back, which would count as a delivery of it.
    static let trialPrefetch = 4

    /// Takes from the queues what the accounts allow: everything, a few, or nothing.
    func accountsChanged() {
        let wanted = circuits.flow
        guard wanted != flow, !isStopping else { return }
        flow = wanted
        Instruments.shared.setSuspended(wanted == .nothing)
        switch wanted {
        case .nothing:
            logger.warning("No account can be used: nothing is taken until one works again")
            isHandingBack = true
            Task(executorPreference: loop.taskExecutor) { await self.handBack() }
        case .trial, .all:
            // What is on its way back may begin all the same.
            isHandingBack = false
            for messageClass in MessageClass.allCases {
                let prefetch = wanted == .trial ? Self.trialPrefetch : self.prefetch(messageClass)
                consumer.assumeIsolated { $0.resume(QueueName.send(messageClass), prefetch: prefetch) }
            }
            startWhatMay()
            logger.notice(
                wanted == .trial
                    ? "A few messages are taken, to find out whether an account works again"
                    : "All messages are taken again")
        }
    }

    /// Ends the subscriptions, and then gives back once what has not begun; what has begun comes to its own end.
    private func handBack() async {
        for messageClass in MessageClass.allCases {
            // A trial may have begun meanwhile.
            guard isHandingBack else { return }
            await consumer.pause(QueueName.send(messageClass))
        }
        guard isHandingBack else { return }
        for item in slots.removeWaiting(where: \.isDelivery) {
            if case .delivery(let delivery) = item { consumer.reject(delivery.tag, requeue: true) }
        }
        isHandingBack = false
        startWhatMay()
    }
}
