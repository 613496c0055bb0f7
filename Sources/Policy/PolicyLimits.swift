import Messaging

/// The numbers of a policy.
struct PolicyLimits: Sendable, Equatable {
    /// The longest rendered text, in Unicode scalars.
    var text = SendRequest.maximumBodyLength
    /// The most segments of a text; nil leaves it to the length.
    var segments: Int?
    /// Seconds after which it counts as unknown whether opt-outs are being recorded.
    var consentAge = 10
    /// Seconds after which a message is judged again that waits for opt-outs to be recorded.
    var consentRetry = 5
    /// Messages to one prefix of numbers in ten minutes, beyond which somebody may be pumping traffic; nil for none.
    var perPrefix: Int?
    /// Days for which nothing is sent to a number that the provider called bad; nil to go on sending.
    var knownBad: Int?
    /// Days for which an answer of a database of reassigned numbers counts that is no yes.
    var reassigned = 31

    init() {}

    init(_ node: PolicyNode) throws(PolicyProblem) {
        let fields = try node.fields([
            "text", "segments", "consentAge", "consentRetry", "perPrefix", "knownBad", "reassigned",
        ])
        if let node = fields["text"] { text = try node.integer(1...SendRequest.maximumBodyLength) }
        segments = try fields["segments"]?.integer(1...100)
        if let node = fields["consentAge"] { consentAge = try node.integer(1...60) }
        if let node = fields["consentRetry"] { consentRetry = try node.integer(1...60) }
        perPrefix = try fields["perPrefix"]?.integer(1...1_000_000)
        if let node = fields["reassigned"] { reassigned = try node.integer(1...LedgerRetention.floor.evidenceDays) }
        knownBad = try fields["knownBad"]?.integer(1...LedgerRetention.floor.evidenceDays)
    }
}
