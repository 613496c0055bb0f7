import Messaging

/// Blocks a rendered text that the provider would refuse, or that has more segments than the policy pays for.
struct LengthRule: Rule {
    private let name = "content.length"
    private let reference = "Twilio error 21617"
    /// Unicode scalars.
    let maximum: Int
    /// nil for any number.
    let maximumSegments: Int?

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard let text = situation.review.body else {
            // A text that is rendered elsewhere is not known here.
            return situation.hasNoText ? findings.pass(name) : findings.skip(name)
        }
        // A scalar takes at least one byte, so most texts are measured without looking at them.
        let length = text.utf8.count > maximum ? text.unicodeScalars.count : 0
        if length > maximum {
            findings.hit(
                name, .block, why: "the rendered text has \(length) characters; at most \(maximum) are sent",
                reference: reference)
        } else {
            findings.pass(name)
        }
        guard let maximumSegments, let segments = situation.review.segmentCount?.segments else { return }
        guard segments > maximumSegments else { return findings.pass("content.segments") }
        findings.hit(
            "content.segments", .block, why: "the text takes \(segments) segments; at most \(maximumSegments) are sent")
    }
}

/// Asks for an instruction how to opt out: in the kinds that a law names, and in the first message of a program.
struct OptOutInstructionRule: Rule {
    private let name = "content.opt-out-instruction"

    /// Whether it matters that no message of the program came before.
    static func asksFirstOfProgram(_ kind: MessageKind, _ laws: [Law]) -> Bool {
        let rules = laws.lazy.compactMap(\.optOutInstruction)
        return kind == .informational && !rules.isEmpty && !rules.contains { $0.kinds.contains(kind) }
    }

    func judge(_ situation: Situation, _ findings: inout Findings) {
        if situation.traffic.isFirstOfProgram == nil, Self.asksFirstOfProgram(situation.kind, situation.laws) {
            return findings.skip(name)
        }
        let isFirst = situation.traffic.isFirstOfProgram == true && situation.kind == .informational
        let asking = situation.laws.lazy.compactMap(\.optOutInstruction)
        guard let law = asking.strictest(where: { isFirst || $0.kinds.contains(situation.kind) }) else { return }
        guard situation.text != nil || situation.hasNoText else { return findings.skip(name) }
        guard situation.text?.hasOptOutInstruction != true else { return findings.pass(name) }
        findings.hit(
            name, law.effect, why: "the text does not say how to opt out, such as: Reply STOP to end",
            reference: law.reference)
    }
}

/// Asks for the brand in promotional texts, of the apps whose brands an overlay names.
struct BrandRule: Rule {
    private let name = "content.brand"
    /// For each overlay: whether it names brands.
    let hasBrands: [Bool]

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard situation.kind == .promotional else { return }
        let asking = situation.overlays.filter { hasBrands[$0] }
        guard !asking.isEmpty, situation.text != nil || situation.hasNoText else { return findings.skip(name) }
        guard let text = situation.text, asking.allSatisfy(text.brands.contains) else {
            return findings.hit(
                name, .block, why: "the text does not say whom it comes from",
                reference: "CTIA Messaging Principles and Best Practices")
        }
        findings.pass(name)
    }
}
