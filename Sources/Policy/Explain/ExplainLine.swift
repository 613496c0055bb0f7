public import FoundationEssentials
public import Messaging

/// What `switchboard explain` prints for a line: the decision record, and in clear what would be sent and logged.
public struct ExplainLine: Sendable {
    /// The judgement; with outcome `reject` for a line that cannot be read or is not allowed.
    public let decision: Decision
    /// The text as it would be sent; nil where there is none, or where it is the text that may not be sent.
    public let body: String?
    /// What the log would show of the request's text; nil where there is none.
    public let log: String?

    /// Judges one line of standard input. Nothing is known of the recipient.
    ///
    /// - Parameter now: the moment at which the message would be sent.
    public init(_ line: [UInt8], policy: PolicyEngine, now: Date) {
        do throws(RequestProblem) {
            let candidate = policy.reviewed(try ExplainRequest(json: line).candidate)
            try candidate.request.checkSchedule(now: now)
            decision = policy.decide(candidate, facts: nil, now: now)
            // What may not be sent would only be shown by this line.
            body = decision.outcome == .block && candidate.review?.blocking.isEmpty == false ? nil : candidate.sentText
            log = policy.logText(candidate)
        } catch {
            decision = Decision(rejecting: error, policy: policy.revision)
            body = nil
            log = nil
        }
    }

    /// The record as one line of JSON, without a newline.
    ///
    /// - Parameter clear: adds `body` and `log`.
    public func json(clear: Bool = false) -> [UInt8] {
        let record = decision.json
        guard clear, body != nil || log != nil, record.last == UInt8(ascii: "}") else { return record }
        var members = JSONText()
        members.object { json in
            json.value("body", body)
            json.value("log", log)
        }
        return record.dropLast() + [UInt8(ascii: ",")] + members.bytes.dropFirst()
    }
}

extension Decision {
    /// The record of a request that cannot be read or is not allowed.
    ///
    /// The rule is `request.` and the field; `request.json` where the whole cannot be read. The name of an unknown field comes from outside and may hold anything, so it
    /// is redacted as a log's text is.
    public init(rejecting problem: RequestProblem, policy: Revision) {
        let field = redactedForLog(problem.field)
        let rule = field == "request" ? "request.json" : "request.\(field)"
        self.init(
            reasons: [Reason(rule: rule, effect: .reject, why: "\(field) \(problem.problem)")], passed: [],
            facts: Facts(consent: "unknown"), policy: policy)
    }
}
