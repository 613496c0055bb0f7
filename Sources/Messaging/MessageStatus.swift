/// Where a message stands, ours and the provider's words in one ordered vocabulary (contract, section 3).
public enum MessageStatus: String, Sendable, CaseIterable, Codable {
    case deferred
    case inDoubt = "in-doubt"
    case accepted, scheduled, queued, sending, sent
    case rejected, blocked, dropped, refused, abandoned
    case undelivered, failed, canceled, delivered, read

    /// Orders statuses in time: a recorded status is only ever replaced by one of a higher rank, so that one which
    /// arrives late never moves a message back. `read` may follow `delivered`, and any word of the provider about the
    /// outcome may follow `abandoned`.
    public var rank: Int {
        switch self {
        case .deferred: 5
        case .inDoubt: 8
        case .accepted: 10
        case .scheduled: 15
        case .queued: 20
        case .sending: 30
        case .sent: 40
        case .rejected, .blocked, .dropped, .refused, .abandoned: 50
        case .undelivered, .failed, .canceled: 55
        case .delivered: 60
        case .read: 70
        }
    }

    /// Whether the message's life ends here, but for a status of a higher rank.
    public var isFinal: Bool { rank >= 50 }
}
