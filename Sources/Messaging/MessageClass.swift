/// What a message is for; each class has its own queue, and transactional never waits for promotional.
public enum MessageClass: String, Sendable, CaseIterable, Codable {
    /// Codes, receipts, notices: what a person asked for or must know.
    case transactional
    /// Campaigns and offers: only with consent, within quiet hours and caps, and while opt-outs are being recorded.
    case promotional
}
