import Messaging
import Metrics

/// What the worker counts, by class.
enum OutboundMetrics {
    private struct Counters: Sendable {
        let byClass: [MessageClass: Counter]

        init(_ label: String) {
            byClass = Dictionary(
                uniqueKeysWithValues: MessageClass.allCases.map {
                    ($0, Counter(label: label, dimensions: [("class", $0.rawValue)]))
                })
        }

        func increment(_ messageClass: MessageClass) {
            byClass[messageClass]?.increment()
        }
    }

    private static let consumedCounters = Counters("switchboard_messages_consumed_total")
    private static let acceptedCounters = Counters("switchboard_messages_accepted_total")
    private static let refusedCounters = Counters("switchboard_messages_refused_total")
    private static let unknownCounters = Counters("switchboard_messages_in_doubt_total")
    private static let abandonedCounters = Counters("switchboard_messages_abandoned_total")
    private static let blockedCounters = Counters("switchboard_messages_blocked_total")
    private static let deferredCounters = Counters("switchboard_messages_deferred_total")
    private static let rejectedCounters = Counters("switchboard_messages_rejected_total")
    private static let copiedCounters = Counters("switchboard_messages_copied_total")
    private static let handedBackCounters = Counters("switchboard_messages_handed_back_total")

    static func consumed(_ messageClass: MessageClass, _ count: Int) {
        consumedCounters.byClass[messageClass]?.increment(by: count)
    }
    static func accepted(_ messageClass: MessageClass) { acceptedCounters.increment(messageClass) }
    static func refused(_ messageClass: MessageClass) { refusedCounters.increment(messageClass) }
    static func unknown(_ messageClass: MessageClass) { unknownCounters.increment(messageClass) }
    static func abandoned(_ messageClass: MessageClass) { abandonedCounters.increment(messageClass) }
    static func blocked(_ messageClass: MessageClass) { blockedCounters.increment(messageClass) }
    static func deferred(_ messageClass: MessageClass) { deferredCounters.increment(messageClass) }
    static func rejected(_ messageClass: MessageClass) { rejectedCounters.increment(messageClass) }
    static func copied(_ messageClass: MessageClass) { copiedCounters.increment(messageClass) }
    static func handedBack(_ messageClass: MessageClass) { handedBackCounters.increment(messageClass) }
}
