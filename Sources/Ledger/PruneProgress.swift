import FoundationEssentials
import Messaging

/// What a pass of pruning has come to. It is stored, so that any process can go on with it.
struct PruneProgress {
    /// What is walked through, in this order. The numbers are stored.
    enum Phase: Int64, CaseIterable {
        case idle = 0
        case messages, decisions, providerIDs, conversations, evidence, bridges, traffic

        var next: Phase {
            let all = Self.allCases
            return all.firstIndex(of: self).flatMap { all.indices.contains($0 + 1) ? all[$0 + 1] : nil } ?? .idle
        }
    }

    var phase = Phase.idle
    var holder = ""
    var steppedAt: Int64 = 0
    /// The instant of which the pass judges what is old.
    var beganAt: Int64 = 0
    /// Of messages that have ended; a decision that was not used since is unused when all messages of before are looked at.
    var finishedBefore: Int64 = 0
    /// Behind which row it goes on.
    var row: Int64 = 0
    var key = ""
    var program: Int64 = 0
    var endedAt: Int64?

    /// A day, in microseconds.
    static let day: Int64 = 86_400_000_000

    /// A pass whose holder has not stepped for so long is anybody's, in microseconds.
    static let patience: Int64 = 60_000_000

    /// Whether the step is the caller's; otherwise what it is told.
    mutating func answerBefore(_ request: PruneRequest, newest: Int64?) -> PruneStep.Outcome? {
        let now = request.now.microseconds
        if phase != .idle {
            let isHeld = abs(clamped: now &- steppedAt) < Self.patience
            guard holder == request.holder || !isHeld else { return .elsewhere }
        } else {
            let interval = Int64(clamping: request.interval)
            if let endedAt, endedAt <= now, now &- endedAt < interval { return .notDue }
            begin(request.retention, now: now, newest: newest)
        }
        holder = request.holder
        steppedAt = now
        return nil
    }

    /// A clock that is ahead must not empty the ledger: it is not believed further than a day beyond the newest message.
    private mutating func begin(_ retention: LedgerRetention, now: Int64, newest: Int64?) {
        beganAt = Self.believed(now, newest: newest)
        finishedBefore = beganAt &- Int64(retention.messageDays) &* Self.day
        enter(.messages)
    }

    static func believed(_ now: Int64, newest: Int64?) -> Int64 {
        min(now, newest.map { $0 &+ day } ?? 0)
    }

    mutating func enter(_ phase: Phase) {
        self.phase = phase
        row = 0
        key = ""
        program = 0
        if phase == .idle { endedAt = steppedAt }
    }
}

private func abs(clamped value: Int64) -> Int64 { value == .min ? .max : abs(value) }

extension Int64 {
    /// Seconds as microseconds.
    fileprivate init(clamping seconds: Double) {
        let value = seconds * 1_000_000
        self = value > 0 ? (value < 9e18 ? Int64(value) : .max) : 0
    }
}
