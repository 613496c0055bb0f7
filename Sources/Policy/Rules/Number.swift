import Messaging

/// Blocks what cannot be a number. A Messenger id is none, and passes.
struct NumberShapeRule: Rule {
    private let name = "number.e164"
    private let reference = "ITU-T E.164, section 6"

    func judge(_ situation: Situation, _ findings: inout Findings) {
        let address = situation.candidate.request.to
        if address.prefixChannel == .messenger {
            guard !isMessageID(address.number) else { return findings.pass(name) }
            findings.hit(
                name, .block, why: "the Messenger id is not 1 to 128 letters, digits and . _ - :", reference: reference)
        } else if address.isE164 {
            findings.pass(name)
        } else {
            findings.hit(
                name, .block, why: "the address is not a plus sign and 7 to 15 digits, the first not 0",
                reference: reference)
        }
    }
}

/// Blocks numbers that cannot exist, and warns of those that should not: new ranges are opened before the data knows them.
struct NumberPlanRule: Rule {
    private let possible = "number.possible"
    private let valid = "number.valid"
    private let reference = "ITU-T E.164; libphonenumber's metadata"
    let plan: NumberingPlan

    func judge(_ situation: Situation, _ findings: inout Findings) {
        let address = situation.candidate.request.to
        guard address.prefixChannel != .messenger else { return }
        guard address.isE164 else { return findings.skip(possible) }
        var judgement = plan.judge(Array(address.number.utf8.dropFirst()))
        // What WhatsApp writes with a digit too many or too few is possible all the same.
        if judgement == .impossibleLength {
            judgement = plan.judge(Array(subscriberNumber(address.number).utf8.dropFirst()))
        }
        switch judgement {
        case .unassignedCode:
            findings.hit(possible, .block, why: "no country has this code", reference: reference)
        case .impossibleLength:
            findings.hit(
                possible, .block, why: "no number of this country has so many digits", reference: reference)
        case .notValid:
            findings.pass(possible)
            findings.hit(
                valid, .warn, why: "no valid number of this country is known to begin so", reference: reference)
        case .valid:
            findings.pass(possible)
            findings.pass(valid)
        }
    }
}

/// Blocks numbers that the provider has called bad.
struct KnownBadNumberRule: Rule {
    private let name = "number.known-bad"
    /// Whether the policy keeps such numbers at all.
    let isOn: Bool

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard isOn, situation.candidate.request.to.prefixChannel != .messenger else { return }
        switch situation.traffic.numberState {
        case nil: findings.skip(name)
        case .good: findings.pass(name)
        case .bad(let code): findings.hit(name, .block, why: "the provider called the number bad: error \(code)")
        }
    }
}
