public import Messaging

extension PolicyEngine {
    /// The candidate with what becomes of its text under this policy, which ``decide(_:facts:traffic:now:)`` judges by.
    ///
    /// A decision and the text that is sent by it come from one policy, though a running program's may be exchanged in
    /// between.
    public func reviewed(_ candidate: Candidate) -> Candidate {
        if candidate.known?.engine === self { return candidate }
        return Candidate(candidate, known: known(of: candidate))
    }

    /// What this policy makes of a message, from before where it has looked at it.
    func known(of candidate: Candidate) -> Candidate.Known {
        if let known = candidate.known, known.engine === self { return known }
        let standing = newStanding(of: candidate)
        return Candidate.Known(engine: self, standing: standing, review: review(candidate, standing.overlays))
    }

    /// A person's text as `events.clear` may have it; nil where that may not have it at all.
    ///
    /// - Parameters:
    ///   - app: who wrote to the person last, where it is known.
    ///   - address: the person's.
    public func clearText(_ text: String, app: String?, from address: Address?) -> String? {
        let overlays = applying(app ?? "", "", address.flatMap { country(of: $0) })
        return table(overlays).text(text, Detection(text, patterns).findings, in: .eventsClear)
    }

    /// A text of a reviewed message as a log may have it.
    func logText(_ candidate: Candidate) -> String? {
        guard let text = candidate.text, let review = candidate.review else { return nil }
        return review.table.text(text, review.findings, in: .log).map(redactedForLog)
    }

    func review(_ candidate: Candidate, _ overlays: [Int]) -> TextReview {
        TextReview(
            candidate, table: table(overlays), patterns: patterns,
            encode: encodes(overlays) ? { smartEncoded($0) } : nil)
    }
}

extension Candidate {
    /// The text that would be sent; nil where the message has none, or where it is rendered at the provider.
    public var sentText: String? { review == nil ? text : review?.body }

    /// The length of what would be sent.
    public var sentSegmentCount: SegmentCount? { review == nil ? segmentCount : review?.segmentCount }

    /// The text that the provider keeps, with its values as they would be sent.
    public var sentContent: SendRequest.Content? {
        guard var content = request.content else { return nil }
        if let variables = review?.variables { content.variables = variables }
        return content
    }

    /// The text as `events.clear` may have it.
    public var clearText: String? { review == nil ? text : review?.clearText }
}
