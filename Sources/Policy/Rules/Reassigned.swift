import FoundationEssentials
import Messaging

/// Blocks what needs consent in the United States to a number that has changed hands since.
///
/// Only a yes that the ledger recorded after the answer is the new owner's; evidence that an app names has no date.
struct ReassignedRule: Rule {
    private static let name = "consent.reassigned"
    private static let reference = "FCC Reassigned Numbers Database, 47 CFR 64.1200(m), DA 21-1649"

    /// Without a limit on the age of answers none is asked for.
    let isOn: Bool

    /// Whether the database's answer matters.
    static func asks(_ standing: Standing) -> Bool {
        guard standing.recipient.place.jurisdictions.contains("US") else { return false }
        return standing.kind == .promotional
            || standing.laws.contains { $0.consent?.kinds.contains(standing.kind) == true }
    }

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard isOn, Self.asks(situation.standing) else { return }
        guard let known = situation.traffic.reassignment else { return findings.skip(Self.name) }
        switch known.answer {
        case .no: findings.pass(Self.name)
        case .yes:
            if let grantedAt = situation.facts?.grantedAt, grantedAt > known.at { return findings.pass(Self.name) }
            findings.hit(
                Self.name, .block,
                why: "the number was disconnected on \(day(known.consentAt)) or later, and nobody has said yes since "
                    + "that was found out", reference: Self.reference)
        case .noData:
            findings.hit(
                Self.name, .warn, why: "the database of reassigned numbers has no data on the number",
                reference: Self.reference)
        }
    }

    private func day(_ date: Date) -> Substring { formatRFC3339(date).prefix(10) }
}
