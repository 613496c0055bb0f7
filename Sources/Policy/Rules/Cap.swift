import Messaging

/// Drops what would exceed a law's or an overlay's number of messages to one person.
struct CapRule: Rule {
    func judge(_ situation: Situation, _ findings: inout Findings) {
        for cap in situation.laws.lazy.compactMap(\.caps).joined() where cap.counts(situation.kind) {
            guard let sent = situation.traffic.sent(cap) else {
                findings.skip(cap.rule)
                continue
            }
            guard sent >= cap.limit else {
                findings.pass(cap.rule)
                continue
            }
            findings.hit(
                cap.rule, .drop,
                why: "\(sent) messages in \(cap.count.seconds / 3600) hours; at most \(cap.limit) are sent",
                reference: cap.reference)
        }
    }
}

extension TrafficFacts {
    /// How many messages a cap counts; nil where nobody has counted.
    func sent(_ cap: Law.Cap) -> Int? { sent[cap.count] ?? (cap.isDaily ? sentIn24Hours : nil) }
}
