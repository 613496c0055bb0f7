import Foundation
import Ledger
import Messaging

/// Asks a filled ledger what services ask it, and prints what each call costs.
struct Measurement: Sendable {
    let ledger: any LedgerStore
    let rows: Rows
    let samples: Int
    let postmaster: Int32?

    var meter: Meter { Meter(concurrency: 64, postmaster: postmaster) }

    func report(_ figures: Figures) throws {
        FileHandle.standardOutput.write(try JSONEncoder().encode(figures) + Data("\n".utf8))
    }

    /// When a message of the measurement comes.
    func now(_ index: Int) -> Date { rows.end.addingTimeInterval(Double(index) / 1000) }

    /// Its number: behind those that the ledger was filled with.
    private func new(_ index: Int) -> Int { rows.count + 1 + index }

    /// A message that has been there before, any of them.
    private func known(_ index: Int) -> Int { 1 + Int((UInt64(index) &* 2_654_435_761) % UInt64(rows.count)) }

    /// A message's way, in the order in which worker and recorder take it.
    func messages() async throws {
        try report(
            try await meter.measure("claim", samples) { index in
                _ = try await ledger.claim(rows.claim(new(index), at: now(index)))
            })
        try report(
            try await meter.measure("begin", samples) { index in
                let grant = try await ledger.begin(rows.start(new(index), at: now(index)))
                precondition(grant == .granted)
            })
        try report(
            try await meter.measure("settle", samples) { index in
                let number = new(index)
                let acceptance = Acceptance(sid: rows.sid(number), status: "queued")
                let isSettled = try await ledger.settle(
                    Settlement(
                        key: rows.key(number), attempt: 1, worker: "w1", result: .accepted(acceptance),
                        now: now(index)))
                precondition(isSettled)
            })
        for status in [MessageStatus.accepted, .delivered] {
            try report(
                try await meter.measure("record \(status.rawValue)", samples) { index in
                    _ = try await ledger.record(rows.report(new(index), status, at: now(index)))
                })
        }
    }

    func lookUps() async throws {
        try report(
            // Of the last fifth, which pruning leaves alone.
            try await meter.measure("claim again", samples) { index in
                let number = rows.count - known(index) / 5
                let claimed = try await ledger.claim(rows.claim(number, at: rows.end))
                precondition(claimed.isSameRequest && claimed.firstSeenAt <= rows.end)
            })
        try report(
            try await meter.measure("ten ids of the provider", samples / 10) { index in
                let found = try await ledger.known(sids: (0..<10).map { rows.sid(known(index * 10 + $0)) })
                precondition(found.count > 5 || rows.count < 1000)
            })
        try report(
            try await meter.measure("facts", samples) { index in
                _ = try await ledger.facts(recipient: [rows.person(known(index))], program: Rows.program)
            })
        try report(
            try await meter.measure("conversation", samples) { index in
                let last = try await ledger.conversation(
                    recipient: [rows.person(known(index))], program: Rows.program)
                precondition(last != nil)
            })
    }

    private func prune() async throws -> PruneStep {
        try await ledger.prune(
            PruneRequest(retention: LedgerRetention(), now: now(samples), holder: "bench", interval: 0))
    }

    /// Steps without a rest, and what pruning with its rests costs those who claim.
    func pruning() async throws {
        let removed = Tally()
        let alone = Meter(concurrency: 1, postmaster: postmaster)
        try report(
            try await alone.measure("prune step", 200) { _ in
                let step = try await prune()
                removed.add(step.removed[.message] ?? 0)
            })
        FileHandle.standardOutput.write(Data("{\"removed\": \(removed.value)}\n".utf8))
        let pruning = Task {
            while !Task.isCancelled {
                let start = ContinuousClock.now
                _ = try await prune()
                try await Task.sleep(for: (ContinuousClock.now - start) * 4)
            }
        }
        try report(
            try await meter.measure("claim while pruning", samples) { index in
                _ = try await ledger.claim(rows.claim(new(samples + index), at: now(samples + index)))
            })
        pruning.cancel()
        _ = await pruning.result
    }
}
