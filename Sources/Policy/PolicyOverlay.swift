/// A name by which a policy's overlays with a `mode` are asked for.
public struct PolicyOverlay: Sendable, Equatable {
    /// Stands behind the policy's name in decision records; empty for none.
    public let name: String

    /// Every rule as it stands in the file.
    public static let none = PolicyOverlay(name: "")

    /// Quiet hours, caps and velocity guards only warn, so that what one tries does not depend on the clock; opt-out,
    /// consent and content hold as shipped (contract, section 7).
    public static let development = PolicyOverlay(name: "development")
}
