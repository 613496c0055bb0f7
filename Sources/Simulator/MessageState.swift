/// Where a message stands, in Twilio's words.
enum MessageState: String, Sendable, CaseIterable {
    case accepted, scheduled, queued, sent, delivered, undelivered, failed, read, canceled, received

    /// A message only ever moves to a state of a higher rank.
    var rank: Int {
        switch self {
        case .accepted, .scheduled: 1
        case .queued: 2
        case .sent: 3
        case .undelivered, .failed, .canceled, .delivered, .received: 4
        case .read: 5
        }
    }

    /// Whether the message has arrived or never will.
    var isFinal: Bool { rank >= 4 }

    /// Whether it has not left yet, so that it can still be stopped.
    var isCancelable: Bool { rank <= 2 }
}
