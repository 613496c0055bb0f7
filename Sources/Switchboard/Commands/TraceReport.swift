import FoundationEssentials
import Messaging

/// What the ledger knows of a message, and what follows from it, for people and programs.
struct TraceReport {
    private let trace: MessageTrace
    private let inDoubtGrace: Double
    private let now: Date

    init(_ trace: MessageTrace, inDoubtGrace: Double, now: Date) {
        self.trace = trace
        self.inDoubtGrace = inDoubtGrace
        self.now = now
    }

    /// What is said of a message that stands nowhere in the ledger.
    static func unknown(id: String, app: String?) -> String {
        "the ledger knows no message \(id)\(app.map { " of \($0)" } ?? ""): it was never claimed, or it was rejected before "
            + "it could be, or its memory is over (40 days after the final event). "
            + "If it was given up, `switchboard replay show \(id)` finds it"
    }

    /// A line for each thing that is known.
    var lines: [String] {
        let fields: [(String, String?)] = [
            ("message", "\(shown(trace.key.app))/\(trace.key.messageID)"), ("class", trace.messageClass?.rawValue),
            ("purpose", trace.purpose.map(shown)), ("channel", trace.channel?.rawValue),
            ("first seen", formatRFC3339(trace.firstSeenAt)),
            ("state", "\(state) since \(formatRFC3339(trace.changedAt))"), ("attempts", "\(trace.attempts)"),
            ("worker", trace.worker.map(shown)), ("sid", trace.sid.map(shown)),
            ("status", trace.status.map { "\($0.rawValue)\(trace.statusAt.map { " at \(formatRFC3339($0))" } ?? "")" }),
            ("provider", trace.providerStatus.map(shown)), ("error", trace.errorCode.map(String.init)),
            ("final", trace.finalAt.map(formatRFC3339)), ("deferred", trace.deferralReason.map(shown)),
        ]
        let decided = reasons.map { ("decision", Optional($0)) }
        return (fields + decided + [("next", next)]).compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(padded(name, to: 12)) \($0)" }
        }
    }

    /// The same as one JSON object; the decision record whole.
    var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.value("app", trace.key.app)
            json.value("messageId", trace.key.messageID)
            json.value("class", trace.messageClass?.rawValue)
            json.value("purpose", trace.purpose)
            json.value("channel", trace.channel?.rawValue)
            json.value("firstSeenAt", formatRFC3339(trace.firstSeenAt))
            json.value("state", state)
            json.value("changedAt", formatRFC3339(trace.changedAt))
            json.value("attempts", trace.attempts)
            json.value("worker", trace.worker)
            json.value("sid", trace.sid)
            json.value("status", trace.status?.rawValue)
            json.value("statusAt", trace.statusAt.map(formatRFC3339))
            json.value("finalAt", trace.finalAt.map(formatRFC3339))
            json.value("providerStatus", trace.providerStatus)
            json.value("errorCode", trace.errorCode)
            json.value("deferralReason", trace.deferralReason)
            json.value("next", next)
            if let decision = trace.decision { json.raw("decision", decision) }
        }
        return json.bytes
    }

    private var state: String {
        switch trace.state {
        case .held: "held"
        case .attempting: "attempting"
        case .accepted: "accepted"
        case .refused: "refused"
        case .unknown: "unknown"
        case .abandoned: "abandoned"
        case .closed(let status): status.rawValue
        }
    }

    /// What happens to it now, by itself or by an operator's hand.
    private var next: String {
        let id = trace.key.messageID
        switch trace.state {
        case .held:
            let why = trace.deferralReason.map { ", put off for \(shown($0))" } ?? ""
            return "it waits in send or on the delay ladder\(why), and is judged when a worker gets it"
        case .attempting:
            return "a worker is calling the provider, or ended before it told the outcome: then it is looked up"
        case .unknown(_, let since):
            let at = since.addingTimeInterval(inDoubtGrace)
            let when = at > now ? "at \(formatRFC3339(at)) at the earliest" : "when it comes back from the delay ladder"
            return "a callback settles it, or it is looked up at the provider \(when)"
        case .accepted:
            return trace.finalAt == nil ? "the provider's callbacks tell what becomes of it" : "nothing: it is final"
        case .refused:
            return "nothing: it is final. What can be corrected is kept: `switchboard replay show \(id)`"
        case .abandoned:
            return "nothing, unless a callback comes. It is kept: `switchboard replay show \(id)`"
        case .closed: return "nothing: it is final"
        }
    }

    private var reasons: [String] {
        guard let record = trace.decision,
            let decision = try? JSONDecoder().decode(DecisionRecord.self, from: Data(record))
        else { return [] }
        guard !decision.reasons.isEmpty else { return [shown(decision.outcome)] }
        return decision.reasons.map { shown("\($0.effect) by \($0.rule): \($0.why)") }
    }

    private struct DecisionRecord: Decodable {
        var outcome: String
        var reasons: [Reason]

        struct Reason: Decodable {
            var rule: String
            var effect: String
            var why: String
        }
    }
}
