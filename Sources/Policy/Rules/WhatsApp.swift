import FoundationEssentials
import Messaging

/// What WhatsApp takes: free text only while a person's own message is fresh, and promotional messages only where Meta
/// delivers them.
struct WhatsAppRule: Rule {
    private let window = "content.whatsapp-window"
    private let promotional = "content.whatsapp-promotional"

    /// Whether the last message from the recipient matters.
    static func asksLastInbound(_ request: SendRequest) -> Bool {
        request.channel == .whatsapp && request.content == nil
    }

    func judge(_ situation: Situation, _ findings: inout Findings) {
        guard situation.candidate.request.channel == .whatsapp else { return }
        let asking = situation.laws.lazy.compactMap(\.whatsApp)
        if let law = asking.strictest(where: { $0.kinds.contains(situation.kind) }) {
            findings.hit(
                promotional, law.effect, why: "WhatsApp does not deliver \(situation.kind.rawValue) messages there",
                reference: law.reference)
        } else {
            findings.pass(promotional)
        }
        guard situation.candidate.request.content == nil else { return findings.pass(window) }
        switch situation.traffic.lastInbound {
        case nil: findings.skip(window)
        case .at(let instant) where situation.now.timeIntervalSince(instant) <= 86_400: findings.pass(window)
        default:
            findings.hit(
                window, .block, why: "the recipient has not written for 24 hours; only a template may be sent",
                reference: "Twilio error 63016")
        }
    }
}
