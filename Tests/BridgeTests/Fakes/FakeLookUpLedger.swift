import FoundationEssentials
import Messaging
import Synchronization

/// What the look-ups read and write of a ledger, in memory.
final class FakeLookUpLedger: AwaitedLedger, InboundLedger, LedgerUpkeep {
    struct Away: Error {}

    struct Look: Equatable {
        var message: String
        var looks: Int
        var next: Date
    }

    private struct State {
        /// What each question takes; nothing when all are used up.
        var due: [[AwaitedStatus]] = []
        var looks: [Look] = []
        var putOff: [Look] = []
        var seen: Set<String> = []
        var listing: Date?
        var isListingLeased = false
        var completeTo: Date?
        var forgotten: [Date] = []
        var status = LedgerStatus(id: "1", createdAt: .distantPast, restoredAt: nil, bridges: [])
        var failures = 0
    }

    private let state = Mutex(State())

    var looks: [Look] { state.withLock { $0.looks } }
    var putOff: [Look] { state.withLock { $0.putOff } }
    var completeTo: Date? { state.withLock { $0.completeTo } }
    var forgotten: [Date] { state.withLock { $0.forgotten } }

    func set(due: [AwaitedStatus]) { state.withLock { $0.due = due.isEmpty ? [] : [due] } }
    func set(dueInTurn due: [[AwaitedStatus]]) { state.withLock { $0.due = due } }
    func set(seen: Set<String>) { state.withLock { $0.seen = seen } }
    /// Up to when the last comparison was complete, which may be taken up now; nil where another bridge is at it.
    func set(listing: Date?) { state.withLock { $0.listing = listing } }
    func set(status: LedgerStatus) { state.withLock { $0.status = status } }
    func fail(times: Int) { state.withLock { $0.failures = times } }

    func takeDue(account: String, now: Date, leasedUntil: Date, limit: Int) async throws -> [AwaitedStatus] {
        state.withLock { state in
            guard let due = state.due.first else { return [] }
            let rest = due.dropFirst(limit)
            if rest.isEmpty { state.due.removeFirst() } else { state.due[0] = Array(rest) }
            return Array(due.prefix(limit))
        }
    }

    func noteLook(_ key: MessageKey, looks: Int, next: Date) async throws {
        state.withLock { $0.looks.append(Look(message: key.messageID, looks: looks, next: next)) }
    }

    func putOff(_ awaited: AwaitedStatus, until next: Date) async throws {
        state.withLock {
            $0.putOff.append(Look(message: awaited.key.messageID, looks: awaited.looks, next: next))
        }
    }

    func awaited(now: Date) async throws -> [AwaitedCount] { throw Away() }

    func noteInbound(_ note: InboundNote) async throws { throw Away() }

    func seenInbound(_ sids: [String]) async throws -> Set<String> {
        state.withLock { $0.seen.intersection(sids) }
    }

    func forgetInbound(before instant: Date, limit: Int) async throws -> Int {
        state.withLock { $0.forgotten.append(instant) }
        return 0
    }

    func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) async throws -> Date? {
        state.withLock { state in
            guard !state.isListingLeased, let listing = state.listing, listing <= before else { return nil }
            state.isListingLeased = true
            return listing
        }
    }

    func noteListing(account: String, completeTo: Date) async throws {
        state.withLock { state in
            state.completeTo = completeTo
            state.listing = completeTo
            state.isListingLeased = false
        }
    }

    func listings() async throws -> [InboundListing] { throw Away() }

    func status() async throws -> LedgerStatus {
        try state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                throw Away()
            }
            return state.status
        }
    }

    func admit(_ keys: [TokenKeyFingerprint]) async throws -> [TokenKeyDisagreement] { throw Away() }
    func noteRestored(now: Date) async throws { throw Away() }
    func retire(bridge: String) async throws -> Bool { throw Away() }
}
