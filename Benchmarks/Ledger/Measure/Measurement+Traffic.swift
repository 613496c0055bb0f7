import Messaging

/// The same calls with what policies ask of earlier messages.
extension Measurement {
    /// Behind the messages of all other measurements.
    private func number(_ index: Int, _ round: Int) -> Int { rows.count + 1 + (4 + round) * samples + index }

    /// As the shipped policy asks of every message: whether the number is bad.
    func numbers() async throws {
        try report(
            try await meter.measure("claim, number asked", samples) { index in
                var claim = rows.claim(number(index, 0), at: now(index))
                claim.traffic = TrafficQuestion(purpose: claim.purpose, kind: 2)
                claim.traffic?.badNumberAge = 30 * 86_400
                let claimed = try await ledger.claim(claim)
                precondition(claimed.traffic.numberState == .good)
            })
        try report(
            try await meter.measure("record delivered, number told", samples) { index in
                var told = rows.report(number(index, 0), .delivered, at: now(index))
                told.channel = .sms
                _ = try await ledger.record(told)
            })
    }

    /// As it asks of what sells where a cap holds.
    func caps() async throws {
        var question = TrafficQuestion(purpose: "order-shipped", kind: 8)
        question.badNumberAge = 30 * 86_400
        question.caps = [TrafficQuestion.Cap(TrafficQuestion.Count(kinds: 8, seconds: 86_400), limit: 1_000)]
        question.countsFor = 86_400
        let asked = question
        try report(
            try await meter.measure("claim under a cap", samples) { index in
                var claim = rows.claim(number(index, 1), at: now(index))
                claim.traffic = asked
                _ = try await ledger.claim(claim)
            })
        try report(
            try await meter.measure("begin under a cap", samples) { index in
                let number = number(index, 1)
                var start = rows.start(number, at: now(index))
                start.traffic = asked
                let grant = try await ledger.begin(start)
                precondition(grant == .granted)
            })
    }
}
