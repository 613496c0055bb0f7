import Messaging

/// What becomes of a message's text under a policy: what was found, what would be sent, and what its events show.
///
/// Detect, act, encode, and detect again: what masking and encoding make of a text is looked at like the text itself.
struct TextReview: Sendable {
    let table: RedactionTable
    /// In the message's own text, by position.
    private(set) var findings: [Finding] = []
    /// What would be sent, but for what stops the message; nil where the text is not known here.
    private(set) var body: String?
    /// The length of the body.
    private(set) var segmentCount: SegmentCount?
    /// The same for the values of a text that the provider keeps.
    private(set) var variables: [String: String]?
    /// In the body, by position.
    private var bodyFindings: [Finding] = []
    /// What may not be sent, and was found where.
    private(set) var blocking: [(kind: Finding.Kind, place: Place)] = []
    /// What was masked in the body or the values.
    private(set) var masking: Set<Finding.Kind> = []
    /// A number that may be a card's and may be any other, where card numbers are not sent.
    private(set) var hasDoubtfulCard = false

    enum Place: Sendable {
        case text, encodedText, variable
    }

    /// - Parameter encode: replaces characters by look-alikes of GSM-7; nil where nobody asked for it.
    init(
        _ candidate: Candidate, table: RedactionTable, patterns: [TextPattern],
        encode: ((String) -> String)? = nil
    ) {
        self.table = table
        body = candidate.text
        segmentCount = candidate.segmentCount
        if let text = candidate.text { review(text, patterns, encode) }
        for (name, value) in candidate.request.content?.variables ?? [:] {
            let hits = act(Detection(value, patterns).findings, in: .variable)
            guard !hits.isEmpty else { continue }
            var changed = variables ?? candidate.request.content?.variables ?? [:]
            changed[name] = masked(value, hits)
            variables = changed
        }
    }

    private mutating func review(_ text: String, _ patterns: [TextPattern], _ encode: ((String) -> String)?) {
        findings = Detection(text, patterns).findings
        let hits = act(findings, in: .text)
        bodyFindings = findings
        guard encode != nil || !hits.isEmpty else { return }
        var sent = masked(text, hits)
        if let encode { sent = encode(sent) }
        var last = findings
        // The bytes, since Swift takes texts for the same that a phone does not.
        if !sent.utf8.elementsEqual(text.utf8) {
            body = sent
            segmentCount = SegmentCount(sent)
            last = Detection(sent, patterns).findings
            let again = act(last, in: .encodedText)
            if !again.isEmpty {
                // Nothing more is masked: what two looks do not agree on is not sent.
                for finding in again { blocking.append((finding.kind, .encodedText)) }
            }
        }
        bodyFindings = last
    }

    /// What stands on `events.clear`.
    var clearText: String? { body.flatMap { table.text($0, bodyFindings, in: .eventsClear) } }

    /// Notes what stops a message; returns what is to be masked.
    private mutating func act(_ findings: [Finding], in place: Place) -> [Finding] {
        findings.filter { finding in
            switch table[.body, finding.kind] {
            case .allow: return false
            case .mask:
                masking.insert(finding.kind)
                return true
            case .block:
                if finding.isCertain { blocking.append((finding.kind, place)) } else { hasDoubtfulCard = true }
                return false
            }
        }
    }

    /// What decision records list, for the sinks that get the text.
    var redactions: [(kind: Finding.Kind, sink: Sink, range: Range<Int>)] {
        findings.flatMap { finding in
            Sink.ofTexts.compactMap { sink in
                switch table[sink, finding.kind] {
                case .allow: nil
                case .block where sink == .body && !finding.isCertain: nil
                case .mask, .block: (finding.kind, sink, finding.range)
                }
            }
        }
    }
}
