import Messaging

/// Drops what would exceed a law's or an overlay's number of messages to one person in any 24 hours.
struct CapRule: Rule {
    func judge(_ situation: Situation, _ findings: inout Findings) {
        for law in situation.laws {
            guard let cap = law.cap, cap.kinds.contains(situation.kind) else { continue }
            guard let sent = situation.traffic.sentIn24Hours else {
                findings.skip(cap.rule)
                continue
            }
            guard sent >= cap.per24Hours else {
                findings.pass(cap.rule)
                continue
            }
            findings.hit(
                cap.rule, .drop, why: "\(sent) messages in 24 hours; at most \(cap.per24Hours) are sent",
                reference: cap.reference)
        }
    }
}
