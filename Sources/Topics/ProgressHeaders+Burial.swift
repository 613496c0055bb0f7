public import AMQP
public import FoundationEssentials
import Messaging

/// What stands on a request that is given up, beside its progress: for the operator who looks at it, and for
/// ``DeadLetter``, which reads it.
extension ProgressHeaders {
    /// The properties under which a request is kept in `dead`.
    ///
    /// - Parameters:
    ///   - original: the properties under which it came.
    ///   - origin: where the app published it.
    ///   - now: when it is given up.
    public func properties(
        burying original: MessageProperties, from origin: RequestOrigin, at now: Date
    ) -> MessageProperties {
        var properties = properties(republishing: original)
        properties.headers["sb-exchange"] = .string(origin.exchange)
        properties.headers["sb-routing-key"] = .string(origin.routingKey)
        properties.headers["sb-dead-at"] = .string(formatRFC3339(now))
        return properties
    }
}
