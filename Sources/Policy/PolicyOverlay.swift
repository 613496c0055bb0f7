/// Weakens families of rules, for places where nobody can be harmed.
public struct PolicyOverlay: Sendable, Equatable {
    /// Stands behind the policy's name in decision records; empty for none.
    public let name: String
    /// Families, or single rules, that only warn.
    let warnOnly: [String]

    /// Every rule as shipped.
    public static let none = PolicyOverlay(name: "", warnOnly: [])

    /// Quiet hours, caps and velocity guards only warn, so that what one tries does not depend on the clock; opt-out,
    /// consent and content hold as shipped (contract, section 7).
    public static let development = PolicyOverlay(
        name: "development", warnOnly: ["quiet-hours", "cap", "guard.velocity"])

    /// Whether a hit of the rule only warns.
    func weakens(_ rule: String) -> Bool {
        warnOnly.contains { family in
            rule.utf8.starts(with: family.utf8)
                && (rule.utf8.count == family.utf8.count
                    || rule.utf8.dropFirst(family.utf8.count).first == UInt8(ascii: "."))
        }
    }
}
