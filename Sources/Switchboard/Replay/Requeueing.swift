import AMQP
import Messaging
import Topics

/// Puts messages back to the workers.
protocol Requeueing: Sendable {
    /// Returns when the broker has answered.
    func publish(_ publication: Publication) async -> RequeueOutcome
}

/// What became of a message that was published to `requeue`.
enum RequeueOutcome: Sendable, Equatable {
    /// The broker holds it for the workers.
    case confirmed
    /// It cannot be published at all; others can.
    case unpublishable(String)
    /// Nothing can be published at the moment. The message may be in both places.
    case failed(String)
}

/// By a publisher that is connected. One message at a time, so that at most one is in both places.
struct BrokerRequeue: Requeueing {
    let publisher: Publisher

    func publish(_ publication: Publication) async -> RequeueOutcome {
        do {
            switch try await publisher.publish([publication])[0].get() {
            case .confirmed: return .confirmed
            case .refused:
                return .failed("the broker refused a message: send.\(publication.routingKey) is full or has no leader")
            case .returned(let code, let text): return .failed("requeue returned a message: \(code) \(text)")
            case .unknown(let reason): return .failed(reason)
            }
        } catch  where error.code == .invalidMessage {
            return .unpublishable("a property is too long to be published")
        } catch {
            return .failed("\(error)")
        }
    }
}
