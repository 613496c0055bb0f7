import AMQP
import EventLoop
import Logging
import Messaging
import Topics

/// How a worker ends: it takes nothing more, finishes what it has begun, and hands the rest back.
extension Worker {
    /// Seconds that a stop waits for the broker to end its deliveries.
    private static let cancelPatience = 5.0

    /// Returns when all that had begun is finished, or the time for that is over.
    func drain() async {
        isStopping = true
        logger.notice("Stopping: what has begun is finished, nothing new is taken")
        // Whoever stops it counts from now.
        let end = loop.schedule(after: .seconds(configuration.drainTimeout)) { [weak self] in
            self?.assumeIsolated { $0.drainTimeIsOver() }
        }
        await stopDeliveries()
        for item in slots.removeWaiting(where: \.isDelivery) {
            if case .delivery(let delivery) = item { consumer.reject(delivery.tag, requeue: true) }
        }
        await withCheckedContinuation { continuation in
            whenIdle = continuation
            if isOutOfTime { whenIdle.take()?.resume() } else { tellWhenIdle() }
        }
        loop.cancel(end)
        if slots.isIdle, paused == 0 {
            logger.notice("Stopped: all that had begun is finished")
        } else {
            logger.warning("Stopped before all was finished: the broker will deliver the rest again")
        }
    }

    /// A broker that does not answer any more is not waited for: with its connection closed it can deliver nothing, either.
    private func stopDeliveries() async {
        let patience = min(Self.cancelPatience, configuration.drainTimeout)
        let timer = loop.schedule(after: .seconds(patience)) { [consumer] in Task { await consumer.close() } }
        await withDiscardingTaskGroup { group in
            for messageClass in MessageClass.allCases {
                group.addTask { [consumer] in await consumer.pause(QueueName.send(messageClass)) }
            }
        }
        loop.cancel(timer)
    }

    private func drainTimeIsOver() {
        isOutOfTime = true
        whenIdle.take()?.resume()
    }
}
