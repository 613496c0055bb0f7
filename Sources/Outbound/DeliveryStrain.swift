import AMQP

/// How close a delivery is to the broker's delivery limit, at which it would be dead-lettered without an event.
///
/// A message comes that often when it ends every worker that takes it, or when workers are killed again and again while
/// it is among those they hold.
enum DeliveryStrain: Sendable, Equatable {
    case usual
    /// It is not worked on any more, but the ledger is asked what came of it.
    case severe
    /// Neither is its body read nor the ledger asked: that may be what ended the workers.
    case last

    /// Deliveries before the limit at which a message is given up.
    private static let severeMargin = 20
    private static let lastMargin = 10

    /// - Parameter limit: how often the broker redelivers.
    init(_ delivery: Delivery, limit: Int) {
        // Of a message that comes for the first time the broker leaves the header as the app wrote it.
        let count = delivery.isRedelivered ? delivery.message.properties.headers["x-delivery-count"]?.integer ?? 0 : 0
        if count >= max(limit - Self.lastMargin, 2) {
            self = .last
        } else if count >= max(limit - Self.severeMargin, 1) {
            self = .severe
        } else {
            self = .usual
        }
    }
}
