import EventLoop
import Postgres

/// Writes batches of calls, each in one transaction and one round trip.
actor BatchWriter {
    private nonisolated let loop: EventLoop
    private let pool: PostgresPool
    private let setUp: LedgerSetUp
    private let options: PostgresLedger.Options
    private let health: LedgerHealth
    private let place: String
    private var decisions = DecisionStore()

    /// A transaction that others were in the way of is done again this often before its callers are told.
    private static let attempts = 6

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }

    init(
        loop: EventLoop, pool: PostgresPool, setUp: LedgerSetUp, options: PostgresLedger.Options,
        health: LedgerHealth, place: String
    ) {
        self.loop = loop
        self.pool = pool
        self.setUp = setUp
        self.options = options
        self.health = health
        self.place = place
    }

    /// Does the calls, and wakes their callers when all is durable.
    func perform(_ calls: [any BatchedCall]) async {
        let start = ContinuousClock.now
        do throws(LedgerError) {
            try await record(calls)
            health.worked()
            options.onCommit(calls.count, ContinuousClock.now - start)
        } catch {
            health.failed(error)
        }
        options.wakeCallers { for call in calls { call.wake() } }
    }

    /// A call that fails by itself leaves its neighbours alone: known to be among them, each has its own transaction.
    private func record(_ calls: [any BatchedCall]) async throws(LedgerError) {
        do throws(LedgerError) {
            try await commit(calls)
        } catch {
            guard error.concernsOneCall, calls.count > 1 else {
                for call in calls { call.fail(error) }
                if error.concernsOneCall { return }
                throw error
            }
            for call in calls { try await recordApart(call, calls) }
        }
    }

    private func recordApart(_ call: any BatchedCall, _ calls: [any BatchedCall]) async throws(LedgerError) {
        do throws(LedgerError) {
            try await commit([call])
        } catch {
            call.fail(error)
            guard error.concernsOneCall else {
                // Whether a call is recorded is open after a throw, so those that are may be told the same.
                for call in calls { call.fail(error) }
                throw error
            }
        }
    }

    private func commit(_ calls: [any BatchedCall]) async throws(LedgerError) {
        let ordered = OrderedSteps(calls.map(\.steps))
        var attempt = 1
        while true {
            do {
                try await storeDecisions(of: calls)
                let confirmation = setUp.confirmation
                let all = try await pool.runTransaction(confirmation + ordered.queries)
                let answers = Array(all.dropFirst(confirmation.count))
                for (call, answers) in zip(calls, ordered.byCall(answers, count: calls.count)) { call.take(answers) }
                return
            } catch let error as PostgresError where error.isConflict && attempt < Self.attempts {
                await loop.sleep(for: .microseconds(Int.random(in: 500...(2000 << attempt))))
                attempt += 1
            } catch {
                // A server that died may have lost the records that were not waited for.
                decisions.forget()
                throw LedgerError(error, path: place)
            }
        }
    }

    private func storeDecisions(of calls: [any BatchedCall]) async throws {
        let records = calls.compactMap(\.decision)
        guard let queries = decisions.queries(records) else { return }
        _ = try await pool.runTransaction(queries)
        decisions.remember(records)
    }
}
