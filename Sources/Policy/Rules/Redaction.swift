import Messaging

/// Stops what may not be sent, and tells of what is masked in the text that is sent. `warnOnly` does not reach it: what is
/// sent all the same stands in the section `redaction`.
struct RedactionRule: Rule {
    private let cards = "content.pan"
    /// The names of the policy file's patterns.
    let patterns: [String]

    func judge(_ situation: Situation, _ findings: inout Findings) {
        let review = situation.review
        var hit: Set<Finding.Kind> = []
        for (kind, place) in review.blocking where hit.insert(kind).inserted {
            findings.hit(
                name(kind), .block, why: "\(Self.holder(place)) holds \(noun(kind))", reference: reference(kind),
                isFinal: true)
        }
        for kind in review.masking.sorted(by: { name($0) < name($1) }) where !hit.contains(kind) {
            findings.hit(name(kind), .redact, why: "\(noun(kind)) is masked in what is sent", isFinal: true)
            hit.insert(kind)
        }
        guard !hit.contains(.detector(.pan)) else { return }
        if review.hasDoubtfulCard {
            findings.hit(
                cards, .warn,
                why: "digits of the text pass the check of a card number, and may be anything else")
        } else if situation.candidate.text != nil || situation.hasNoText || situation.candidate.request.content != nil {
            findings.pass(cards)
        } else {
            findings.skip(cards)
        }
    }

    private func name(_ kind: Finding.Kind) -> String {
        switch kind {
        case .detector(let detector): "content.\(detector.rawValue)"
        case .pattern(let index): "content.pattern.\(patterns[index])"
        }
    }

    private func noun(_ kind: Finding.Kind) -> String {
        switch kind {
        case .detector(let detector): detector.noun
        case .pattern(let index): "what the pattern \(patterns[index]) looks for"
        }
    }

    private func reference(_ kind: Finding.Kind) -> String? {
        if case .detector(let detector) = kind { detector.reference } else { nil }
    }

    private static func holder(_ place: TextReview.Place) -> String {
        switch place {
        case .text: "the text"
        case .encodedText: "the text as it would be sent"
        case .variable: "a variable"
        }
    }
}

/// Warns of words that tell of somebody's health: SMS is not encrypted.
struct HealthRule: Rule {
    private let name = "content.health"
    let hasWords: Bool
    let reference: String?

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard hasWords else { return }
        guard let text = situation.text else {
            return situation.hasNoText ? findings.pass(name) : findings.skip(name)
        }
        guard text.hasHealthTerm else { return findings.pass(name) }
        findings.hit(name, .warn, why: "the text has a word that tells of somebody's health", reference: reference)
    }
}
