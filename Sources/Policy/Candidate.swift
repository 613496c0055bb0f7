public import Messaging

/// A message that the policy is asked about, at the moment when it would be sent.
public final class Candidate: Sendable {
    /// What the app asked for.
    public let request: SendRequest
    /// The rendered text; nil where the message has none, or where it is rendered at the provider.
    public let text: String?
    /// The length of the text.
    public let segmentCount: SegmentCount?
    /// The app that asked, `[a-z0-9-]{1,32}`.
    public let app: String
    /// What the message is for.
    public let messageClass: MessageClass
    /// The third word of the routing key.
    public let purpose: String
    /// Whether the app's own word on consent, zones and regions counts.
    public let isTrusted: Bool
    /// What holds for it, once a policy has looked at it.
    let known: Known?

    /// What one policy makes of a message, whoever its recipient is to us.
    struct Known: Sendable {
        /// Which one: what it knows are indexes into its own data, which another of the same revision need not share.
        let engine: PolicyEngine
        let standing: Standing
        let review: TextReview
    }

    /// A message with its text as it would be sent.
    public init(
        request: SendRequest, text: String?, app: String, messageClass: MessageClass, purpose: String, isTrusted: Bool
    ) {
        self.request = request
        self.text = text
        segmentCount = text.map { SegmentCount($0) }
        self.app = app
        self.messageClass = messageClass
        self.purpose = purpose
        self.isTrusted = isTrusted
        known = nil
    }

    init(_ candidate: Candidate, known: Known) {
        request = candidate.request
        text = candidate.text
        segmentCount = candidate.segmentCount
        app = candidate.app
        messageClass = candidate.messageClass
        purpose = candidate.purpose
        isTrusted = candidate.isTrusted
        self.known = known
    }

    /// What becomes of the text.
    var review: TextReview? { known?.review }
}
