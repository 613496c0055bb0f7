import FoundationEssentials
import Messaging

/// Drops what came too late to be of use.
struct ExpiryRule: Rule {
    let name = "guard.expired"
    let reference: String? = nil

    func judge(_ situation: Situation) -> Verdict {
        guard let expiresAt = situation.candidate.request.expiresAt, expiresAt <= situation.now else { return .passed }
        return .hit(.drop, why: "expired at \(formatRFC3339(expiresAt))")
    }
}

/// Puts off what was asked for later.
struct ScheduleRule: Rule {
    let name = "guard.not-before"
    let reference: String? = nil

    func judge(_ situation: Situation) -> Verdict {
        guard let sendAt = situation.candidate.request.sendAt, sendAt > situation.now else { return .passed }
        return .hit(.defer, why: "asked for not before \(formatRFC3339(sendAt))", notBefore: sendAt)
    }
}
