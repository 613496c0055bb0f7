import FoundationEssentials
import Messaging

/// Puts messages off while the law of any place where the recipient may be has its quiet hours, in any time zone that is
/// possible. A message for which no zone is known is blocked: it would be sent at any hour.
struct QuietHoursRule: Rule {
    let database: TimeZoneDatabase

    /// How far ahead an instant is looked for that is open everywhere, in seconds.
    static let horizon = 7 * 86_400

    func judge(_ situation: Situation, _ findings: inout Findings) {
        let laws = situation.laws
        guard laws.contains(where: { $0.quietHours?.kinds.contains(situation.kind) == true }) else { return }
        let recipient = situation.recipient
        if recipient.hasUnknownRequestZone {
            findings.hit(
                "quiet-hours.request-zone", .warn,
                why: "recipient.timeZone is no zone of tzdata \(database.version); the number's zones are used")
        }
        guard !recipient.zones.isEmpty else {
            findings.hit(
                "quiet-hours.unknown-zone", .block,
                why: "the recipient's time zone is not known; a trusted app may name recipient.timeZone")
            return
        }
        // No message has a time that an integer does not hold.
        let now = Int(max(-1e12, min(1e12, situation.now.timeIntervalSince1970)).rounded(.down))
        let offsets = recipient.zones.map { database[$0].offset(at: now) }
        var closed: [(rule: Law.QuietHours, zone: Int)] = []
        for law in laws {
            guard let quiet = law.quietHours, quiet.kinds.contains(situation.kind) else { continue }
            if let zone = offsets.firstIndex(where: { !quiet.hours.isOpen(at: now, offset: $0) }) {
                closed.append((quiet, zone))
            } else {
                findings.pass(quiet.rule, closesAt: closing(quiet.hours, recipient.zones, from: now))
            }
        }
        guard !closed.isEmpty else { return }
        let open = firstOpenEverywhere(situation, from: now)
        for (quiet, zone) in closed {
            findings.hit(
                quiet.rule, .defer,
                why: quiet.hours.reason(at: now, offset: offsets[zone], zone: recipient.zoneNames[zone]),
                reference: quiet.reference, notBefore: open.map { Date(timeIntervalSince1970: Double($0)) })
        }
        if open == nil {
            findings.hit(
                "quiet-hours.never-open", .block,
                why: "no instant of the next 7 days is open in all zones and jurisdictions of the recipient")
        }
    }

    /// When the hours end in the first of the zones; nil where they last for a day.
    private func closing(_ hours: OpenHours, _ zones: [Int], from now: Int) -> Date? {
        let limit = now + 86_400
        let end = zones.lazy.map { hours.firstClosed(from: now, limit: limit, in: database[$0]) }.min() ?? limit
        return end < limit ? Date(timeIntervalSince1970: Double(end)) : nil
    }

    /// Each law in each zone asks for its own first open instant; the latest of these is asked for again, until none asks
    /// for a later one.
    private func firstOpenEverywhere(_ situation: Situation, from start: Int) -> Int? {
        let limit = start + Self.horizon
        var instant = start
        while true {
            let asked = instant
            for law in situation.laws {
                guard let quiet = law.quietHours, quiet.kinds.contains(situation.kind) else { continue }
                for zone in situation.recipient.zones {
                    guard let open = quiet.hours.firstOpen(from: instant, limit: limit, in: database[zone]) else {
                        return nil
                    }
                    instant = open
                }
            }
            if instant == asked { return instant }
        }
    }
}
