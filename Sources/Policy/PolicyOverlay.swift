/// A name by which a policy's overlays with a `mode` are asked for.
public struct PolicyOverlay: Sendable, Equatable {
    /// Stands behind the policy's name in decision records; empty for none.
    public let name: String
    /// Whose overlays hold: those of the policy's file that name this mode, beside those that name none.
    public let mode: String?

    /// The modes of a system that a policy's overlays may name.
    static let modes = ["development", "staging", "live"]

    /// With the overlays that name a mode, which decision records do not mention.
    public static func mode(_ mode: String) -> PolicyOverlay { PolicyOverlay(name: "", mode: mode) }

    /// Every rule as it stands in the file.
    public static let none = PolicyOverlay(name: "", mode: nil)

    /// Quiet hours, caps and velocity guards only warn, so that what one tries does not depend on the clock; opt-out,
    /// consent and content hold as shipped (contract, section 7).
    public static let development = PolicyOverlay(name: "development", mode: "development")
}
