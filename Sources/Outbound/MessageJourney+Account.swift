import FoundationEssentials
import Messaging

/// What a message does when its account does not work.
extension MessageJourney {
    /// Whether a message may be offered through its account.
    enum Admission {
        case may(AccountCircuits.Permit)
        /// It has waited a moment, and is to be judged anew.
        case again
        /// It waits on the ladder.
        case putOff
    }

    /// Asked before each call; a message whose account is paused is put off.
    func admit(_ message: PreparedMessage, attempts: Int, _ claimed: ClaimedMessage) async throws -> Admission {
        switch circuits.verdict(message.route.account.alias) {
        case .may(let permit): return .may(permit)
        case .crowded:
            await pause(1 + clock.jitter(), message.messageClass)
            return .again
        case .paused(let seconds):
            try await waitForAccount(message, attempts: attempts, seconds: seconds, claimed)
            return .putOff
        }
    }

    /// The provider refused the account, not the message, which waits like all others of the account.
    func accountRefused(_ message: PreparedMessage, attempts: Int, _ claimed: ClaimedMessage) async throws {
        let verdict = circuits.verdict(message.route.account.alias)
        let seconds = if case .paused(let seconds) = verdict { seconds } else { 5.0 }
        try await waitForAccount(message, attempts: attempts, seconds: seconds, claimed)
    }

    private func waitForAccount(
        _ message: PreparedMessage, attempts: Int, seconds: Double, _ claimed: ClaimedMessage
    ) async throws {
        let reason = "account-paused"
        let alias = message.route.account.alias
        try await tellDeferred(message, attempts: attempts, reason: reason, known: claimed.deferralReason) { event in
            event.until = clock.now().addingTimeInterval(seconds)
            let pause = circuits.pauses.first { $0.account == alias }
            event.reason = Event.Reason(field: "account", problem: pause?.reason ?? "the account was paused")
        }
        try await wait(message, reason: reason, seconds: max(seconds, 5))
    }
}
