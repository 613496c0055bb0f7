import FoundationEssentials
import Messaging

/// What a rule looks at. Rules neither see each other's answers nor keep anything, so their order does not matter.
struct Situation {
    let candidate: Candidate
    /// nil where nothing is known of the recipient.
    let facts: RecipientFacts?
    let traffic: TrafficFacts
    let now: Date
    let standing: Standing
    /// What was found in the text; nil where the text is not known here.
    let text: TextFindings?
    /// What becomes of the text.
    let review: TextReview

    var kind: MessageKind { standing.kind }
    var country: String? { standing.country }
    var recipient: RecipientPlaces.Answer { standing.recipient }
    var laws: [Law] { standing.laws }
    var overlays: [Int] { standing.overlays }

    /// Whether the message has no text: one of media alone. One that is rendered at the provider has a text.
    var hasNoText: Bool {
        candidate.text == nil && candidate.request.template == nil && candidate.request.content == nil
    }
}

/// One rule of the policy, or a family of them that looks at the same.
protocol Rule: Sendable {
    /// Judges one message; `why` holds no address and no text of the message.
    func judge(_ situation: Situation, _ findings: inout Findings)
}

/// What the rules find out about one message.
struct Findings {
    private(set) var reasons: [Decision.Reason] = []
    private(set) var passed: [String] = []
    private(set) var notRun: [String] = []
    /// When the message may go by the rules that put it off.
    private var binding: Date?
    /// The same by rules that only warn here.
    private var advised: Date?
    private let warnOnly: [[String]]

    /// - Parameter warnOnly: lists of families, or single rules, that only warn.
    init(warnOnly: [[String]]) {
        self.warnOnly = warnOnly
        passed.reserveCapacity(16)
    }

    /// The first instant at which all rules allow the message.
    var notBefore: Date? { binding ?? advised }

    /// Until when the message is put off by rules that bind it.
    var waitsUntil: Date? { binding }

    /// When the first of the windows ends in which it may be sent.
    private(set) var closesAt: Date?

    /// Nothing to say against the message.
    mutating func pass(_ rule: String) { passed.append(rule) }

    /// Nothing to say against the message up to an instant.
    mutating func pass(_ rule: String, closesAt instant: Date?) {
        pass(rule)
        guard let instant, !isWeakened(rule) else { return }
        closesAt = closesAt.map { min($0, instant) } ?? instant
    }

    /// A rule that passed hits when it sees what the others found.
    mutating func replacePass(_ rule: String, _ effect: Effect, why: String) {
        guard let index = passed.firstIndex(of: rule) else { return }
        passed.remove(at: index)
        hit(rule, effect, why: why)
    }

    private func isWeakened(_ rule: String) -> Bool {
        warnOnly.contains { $0.contains { isFamily($0, of: rule) } }
    }

    /// A fact is missing.
    mutating func skip(_ rule: String) { notRun.append(rule) }

    /// The rule hit.
    ///
    /// - Parameter isFinal: no overlay lets it only warn: what it speaks of has been done, or has its own place in the file.
    mutating func hit(
        _ rule: String, _ effect: Effect, why: String, reference: String? = nil, notBefore: Date? = nil,
        isFinal: Bool = false
    ) {
        let isWeakened = effect > .warn && !isFinal && isWeakened(rule)
        reasons.append(
            Decision.Reason(rule: rule, effect: isWeakened ? .warn : effect, why: why, reference: reference))
        // Several rules put a message off until all of them allow it.
        guard let notBefore else { return }
        if isWeakened {
            advised = advised.map { max($0, notBefore) } ?? notBefore
        } else {
            binding = binding.map { max($0, notBefore) } ?? notBefore
        }
    }
}

/// Whether a rule is the named one, or of the named family.
func isFamily(_ family: String, of rule: String) -> Bool {
    rule.utf8.starts(with: family.utf8)
        && (rule.utf8.count == family.utf8.count
            || rule.utf8.dropFirst(family.utf8.count).first == UInt8(ascii: "."))
}
