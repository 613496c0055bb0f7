public import FoundationEssentials
public import Messaging
import Postgres

extension PostgresLedger: AwaitedLedger {
    /// Takes messages about which the provider must be asked now.
    public func takeDue(
        account: String, now: Date, leasedUntil: Date, limit: Int
    ) async throws -> [AwaitedStatus] {
        try await write(
            LedgerQueries.takeDue(account: account, now: now, leasedUntil: leasedUntil, limit: limit)
        ) { try LedgerQueries.due($0, account: account) }
    }

    /// Remembers a look, and when the next is due.
    public func noteLook(_ key: MessageKey, looks: Int, next: Date) async throws {
        try await write(LedgerQueries.noteLook(key, looks: looks, next: next)) { _ in }
    }

    /// Puts off what could not be asked about.
    public func putOff(_ awaited: AwaitedStatus, until next: Date) async throws {
        try await write(LedgerQueries.putOff(awaited, until: next)) { _ in }
    }

    /// What is awaited in each account.
    public func awaited(now: Date) async throws -> [AwaitedCount] {
        try await write(LedgerQueries.awaited(now: now)) { try LedgerQueries.counts($0) }
    }
}

extension PostgresLedger: InboundLedger {
    /// Remembers that a message from a person has become an event.
    public func noteInbound(_ note: InboundNote) async throws {
        try await write(LedgerQueries.noteInbound(note)) { _ in }
    }

    /// Those of the provider's ids that have become events.
    public func seenInbound(_ sids: [String]) async throws -> Set<String> {
        try await write(LedgerQueries.seenInbound(sids)) { try LedgerQueries.knownIDs($0) }
    }

    /// Forgets ids of messages that were received before `instant`; how many.
    public func forgetInbound(before instant: Date, limit: Int) async throws -> Int {
        try await write(LedgerQueries.forgetInbound(before: instant, limit: limit)) { $0.last?.count ?? 0 }
    }

    /// Takes the comparison of an account.
    public func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) async throws -> Date? {
        try await write(
            LedgerQueries.takeListing(
                account: account, now: now, before: before, first: first, leasedUntil: leasedUntil)
        ) { try LedgerQueries.takenListing($0) }
    }

    /// Remembers up to when a comparison was complete.
    public func noteListing(account: String, completeTo: Date) async throws {
        try await write(LedgerQueries.noteListing(account: account, completeTo: completeTo)) { _ in }
    }

    /// How far each account has been compared.
    public func listings() async throws -> [InboundListing] {
        try await write(LedgerQueries.listings) { try LedgerQueries.inboundListings($0) }
    }
}
