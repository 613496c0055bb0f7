import AMQP
import FoundationEssentials

/// What the broker itself wrote on a message that it dead-lettered, in `x-death`: the latest of its deaths.
///
/// An app can write that header, too, and the broker then only counts on in it; so it tells where to look and proves
/// nothing. Who asked is what `user_id` says (<https://www.rabbitmq.com/docs/dlx#effects>).
struct BrokerDeath {
    /// `rejected`, `expired`, `maxlen` or `delivery_limit`; nil when it is missing or strange.
    let reason: String?
    /// Where the message had been published before it died.
    let origin: RequestOrigin?
    let at: Date?

    /// nil when the broker has nothing to do with it.
    init?(_ headers: [String: FieldValue]) {
        guard let written = headers["x-death"] ?? headers["x-first-death-reason"] else { return nil }
        guard case .array(let deaths) = written, case .table(let latest)? = deaths.first else {
            reason = headers["x-first-death-reason"]?.string
            origin = nil
            at = nil
            return
        }
        reason = latest["reason"]?.string
        if let exchange = latest["exchange"]?.string, case .array(let keys)? = latest["routing-keys"],
            let key = keys.first?.string
        {
            origin = RequestOrigin(exchange: exchange, routingKey: key)
        } else {
            origin = nil
        }
        if case .timestamp(let seconds)? = latest["time"] {
            at = Date(timeIntervalSince1970: Double(seconds))
        } else {
            at = nil
        }
    }

    /// The reason in the words of `sb-reason`.
    var word: String {
        switch reason {
        case "delivery_limit": DeadLetter.deliveryLimit
        case "rejected", "expired", "maxlen": "broker-\(reason ?? "")"
        default: "broker"
        }
    }
}
