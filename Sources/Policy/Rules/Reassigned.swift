import FoundationEssentials
import Messaging

/// Blocks what needs consent in the United States to a number that was disconnected since the consent.
///
/// When consent was given is known of a yes that the ledger holds. Evidence that an app names has no date: a yes of the
/// database blocks it, and a no is taken for an answer on it.
struct ReassignedRule: Rule {
    private static let name = "consent.reassigned"
    private static let reference = "FCC Reassigned Numbers Database, 47 CFR 64.1200(m), DA 21-1649"
    /// The United States and what shares their law: the database knows their numbers.
    private static let places: Set<String> = ["US", "PR", "VI", "GU", "AS", "MP"]

    /// Whether the database's answer matters.
    static func asks(_ standing: Standing) -> Bool {
        guard standing.recipient.place.jurisdictions.contains(where: places.contains) else { return false }
        return standing.kind == .promotional
            || standing.laws.contains { $0.consent?.kinds.contains(standing.kind) == true }
    }

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard Self.asks(situation.standing) else { return }
        let known = situation.traffic.reassignment
        let grantedAt = situation.facts?.grantedAt
        if let yes = known.yes, !Self.outlives(grantedAt, yes, known.other) {
            let day = formatRFC3339(yes.consentAt).prefix(10)
            findings.hit(
                Self.name, .block,
                why: "the number was disconnected on \(day) or later, and no consent is known to be of after that",
                reference: Self.reference, isFinal: true)
        } else if let other = known.other, other.answer != .no {
            findings.hit(
                Self.name, .warn, why: "the database of reassigned numbers has no data on the number",
                reference: Self.reference)
        } else if let other = known.other {
            // One that was asked with a day after the consent tells nothing of it.
            if grantedAt.map({ other.consentAt <= $0 }) ?? true {
                findings.pass(Self.name)
            } else {
                findings.skip(Self.name)
            }
        } else if known.yes != nil {
            findings.pass(Self.name)
        } else {
            findings.skip(Self.name)
        }
    }

    /// Whether consent was given after a disconnection: after it was known, or since a day on which the database, asked no
    /// earlier, knows of none.
    private static func outlives(_ grantedAt: Date?, _ yes: Reassignment, _ other: Reassignment?) -> Bool {
        guard let grantedAt else { return false }
        if grantedAt > yes.at { return true }
        guard let other, other.answer == .no, other.at >= yes.at else { return false }
        return other.consentAt <= grantedAt
    }
}
