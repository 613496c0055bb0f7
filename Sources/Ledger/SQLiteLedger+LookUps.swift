public import FoundationEssentials
public import Messaging

extension SQLiteLedger: AwaitedLedger {
    /// Takes messages about which the provider must be asked now.
    public func takeDue(
        account: String, now: Date, leasedUntil: Date, limit: Int
    ) async throws -> [AwaitedStatus] {
        try await write { connection throws(LedgerError) in
            let tables = connection.tables
            guard let id = try tables.names.knownID(account) else { return [] }
            var due: [AwaitedStatus] = []
            for row in try tables.awaited.takeDue(account: id, now: now, leasedUntil: leasedUntil, limit: limit) {
                let key = MessageKey(app: try tables.names.text(row.app), messageID: row.messageID)
                due.append(
                    AwaitedStatus(
                        key: key, sid: row.sid,
                        origin: StoredOrigin.origin(row.origin, key, account: account, recipient: row.recipient),
                        acceptedAt: Date(microseconds: row.acceptedAt), looks: row.looks))
            }
            return due
        }
    }

    /// Remembers a look, and when the next is due.
    public func noteLook(_ key: MessageKey, looks: Int, next: Date) async throws {
        try await setDue(key, next, looks: looks - 1...looks)
    }

    /// Puts off what could not be asked about.
    public func putOff(_ awaited: AwaitedStatus, until next: Date) async throws {
        try await setDue(awaited.key, next, looks: awaited.looks...awaited.looks)
    }

    /// - Parameter looks: how many there must have been, and how many there are now.
    private func setDue(_ key: MessageKey, _ next: Date, looks: ClosedRange<Int>) async throws {
        try await write { connection throws(LedgerError) in
            let tables = connection.tables
            guard let app = try tables.names.knownID(key.app), let row = try tables.messages.row(key, app: app) else {
                return
            }
            try tables.awaited.setDue(row.id, next, looks: looks)
        }
    }

    /// What is awaited in each account.
    public func awaited(now: Date) async throws -> [AwaitedCount] {
        try await read { connection throws(LedgerError) in
            var counts: [AwaitedCount] = []
            for (account, count) in try connection.tables.awaited.counts(now: now) {
                var count = count
                count.account = try connection.tables.names.text(account)
                counts.append(count)
            }
            return counts.sorted { $0.account < $1.account }
        }
    }
}

extension SQLiteLedger: InboundLedger {
    /// Remembers that a message from a person has become an event.
    public func noteInbound(_ note: InboundNote) async throws {
        try await write { connection throws(LedgerError) in try connection.noteInbound(note) }
    }

    /// Those of the provider's ids that have become events.
    public func seenInbound(_ sids: [String]) async throws -> Set<String> {
        try await write { connection throws(LedgerError) in try connection.tables.inbound.seen(sids) }
    }

    /// Forgets ids of messages that were received before `instant`; how many.
    public func forgetInbound(before instant: Date, limit: Int) async throws -> Int {
        try await write { connection throws(LedgerError) in
            try connection.tables.inbound.forget(before: instant, limit: limit)
        }
    }

    /// Takes the comparison of an account.
    public func takeListing(
        account: String, now: Date, before: Date, first: Date, leasedUntil: Date
    ) async throws -> Date? {
        try await write { connection throws(LedgerError) in
            try connection.tables.inbound.takeListing(
                connection.tables.names.id(account), now: now, before: before, first: first, leasedUntil: leasedUntil)
        }
    }

    /// Remembers up to when a comparison was complete.
    public func noteListing(account: String, completeTo: Date) async throws {
        try await write { connection throws(LedgerError) in
            try connection.tables.inbound.noteListing(
                connection.tables.names.id(account), completeTo: completeTo)
        }
    }

    /// How far each account has been compared.
    public func listings() async throws -> [InboundListing] {
        try await read { connection throws(LedgerError) in
            var listings: [InboundListing] = []
            for (account, completeTo) in try connection.tables.inbound.listings() {
                let name = try connection.tables.names.text(account)
                listings.append(InboundListing(account: name, completeTo: completeTo))
            }
            return listings.sorted { $0.account < $1.account }
        }
    }
}
