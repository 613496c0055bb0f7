import Messaging

/// The numbers of the shipped policy; part of its revision.
struct PolicyLimits: Sendable {
    /// The longest rendered text, in Unicode scalars.
    var length = SendRequest.maximumBodyLength
    /// Seconds after which it counts as unknown whether opt-outs are being recorded.
    var consentAge = 10.0
    /// Seconds after which a message is judged again that waits for opt-outs to be recorded.
    var consentRetry = 5.0
}

/// The rules of the shipped policy, in the order in which their hits are listed.
func shippedRules(_ limits: PolicyLimits) -> [any Rule] {
    [
        NumberShapeRule(),
        OptOutRule(),
        OptOutsKnownRule(maximumAge: limits.consentAge, retryAfter: limits.consentRetry),
        LengthRule(maximum: limits.length),
        ExpiryRule(),
        ScheduleRule(),
    ]
}
