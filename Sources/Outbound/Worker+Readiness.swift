import AMQP
public import Observability

extension Worker {
    /// Whether messages are being taken and what comes of them can be told.
    public var readiness: ReadinessCheck.State {
        get async {
            if isStopping { return .notReady("stopping") }
            if let problem = await consumer.state.problem { return .notReady(problem) }
            if let problem = await publisher.state.problem { return .notReady(problem) }
            let idle = await consumer.unconsumedQueues
            guard idle.isEmpty else { return .notReady("nothing is delivered from \(idle.joined(separator: ", "))") }
            let refusing = unconfirmed.all
            return refusing.isEmpty
                ? .ready : .degraded("messages wait: the broker does not take \(refusing.joined(separator: ", "))")
        }
    }
}
