import Messaging

/// A policy file as it was read: laws and the operator's own rules as data (`Topology/schemas/policy.json`).
public struct PolicyDocument: Sendable {
    /// A country, a part of one, or a group of countries.
    struct Jurisdiction: Sendable {
        /// `US`, `US-FL`, `EU`, or `world` for all countries that are not listed.
        let code: String
        /// The countries of a group; for a country, those that are under its laws.
        let members: [String]
        let law: Law
    }

    /// What some messages are held to beside the law, or are let off.
    struct Overlay: Sendable {
        let law: Law
        /// nil for every mode.
        let mode: String?
        /// nil for all.
        let apps: Set<String>?
        let purposes: Set<String>?
        let countries: Set<String>?
        /// Families, or single rules, that only warn.
        let warnOnly: [String]
        /// A promotional text names one of these; nil leaves it to other overlays.
        let brands: [String]?
        /// The only countries that are sent to; nil leaves it to other overlays.
        let allowedCountries: Set<String>?
        /// What is done with findings beside what the file says; nil for nothing.
        let redaction: RedactionTable?
        /// nil leaves it to the file and to other overlays.
        let smartEncoding: Bool?
        /// By purpose; goes before the file's own.
        let kinds: [String: MessageKind]
    }

    /// A subject, and the words by which it is told.
    struct Category: Sendable {
        let name: String
        let words: [String]
        let reference: String?
    }

    /// What holds for opt-outs wherever no law says otherwise.
    struct OptOut: Sendable {
        /// Kinds that an opt-out does not end, where no law says otherwise.
        var exempt: MessageKinds = []
        /// One of these words tells how to opt out.
        var instructions: [String] = []
    }

    /// Stands in decision records.
    public internal(set) var name: String
    /// `sha256:` and the digest of the file's content; comments, spacing and the order of keys make no difference.
    public internal(set) var contentHash: String
    var limits = PolicyLimits()
    /// By purpose; of all other purposes the class decides.
    var kinds: [String: MessageKind] = [:]
    var optOut = OptOut()
    var categories: [Category] = []
    var linkShorteners: [String] = []
    var jurisdictions: [Jurisdiction] = []
    var overlays: [Overlay] = []
    var redaction = Redaction()
    /// Whether characters are replaced by look-alikes of GSM-7 before a text is sent.
    var smartEncoding = false

    /// What a message is for, where these overlays hold. A message of the class promotional sells, whatever its purpose is
    /// called.
    func kind(of messageClass: MessageClass, purpose: String, under overlays: some Sequence<Overlay>) -> MessageKind {
        guard messageClass != .promotional else { return .promotional }
        return overlays.lazy.compactMap { $0.kinds[purpose] }.first ?? kinds[purpose] ?? .transactional
    }
}
