public import Messaging

/// A message that the policy is asked about, at the moment when it would be sent.
public struct Candidate: Sendable {
    /// What the app asked for.
    public var request: SendRequest
    /// The rendered text; nil where the message has none, or where it is rendered at the provider.
    public let text: String?
    /// The length of the text.
    public let segmentCount: SegmentCount?
    /// The app that asked, `[a-z0-9-]{1,32}`.
    public var app: String
    /// What the message is for.
    public var messageClass: MessageClass
    /// The third word of the routing key.
    public var purpose: String
    /// Whether the app's own word on consent, zones and regions counts.
    public var isTrusted: Bool
    /// What becomes of the text, once a policy has looked at it.
    var review: TextReview?

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
    }
}
