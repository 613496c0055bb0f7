import FoundationEssentials
import GRDB
import Messaging

/// What stands in the file, and how older files become newer ones.
enum Schema {
    /// Marks the file as ours (<https://www.sqlite.org/pragma.html#pragma_application_id>): "swbd".
    private static let applicationID = 0x7377_6264

    /// Creates or migrates the file, and sets how this connection writes it. One process at a time.
    ///
    /// - Parameter refusesNewer: false for a process that works with the file already: it goes on when a newer one brings it
    ///   up to date.
    static func prepare(
        _ queue: DatabaseQueue, path: String, options: SQLiteLedger.Options, refusesNewer: Bool
    ) throws {
        try queue.writeWithoutTransaction { database in
            try check(database, path: path, creates: options.createsFile, refusesNewer: refusesNewer)
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                throw LedgerError(.cannotOpen, path: path)
            }
            // With FULL a commit is synced before it returns: no byte goes to the provider that is not recorded.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_size").map { options.checkpointSize / $0 } ?? 1000
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(max(1, pages))")
        }
        try migrator.migrate(queue)
    }

    private static func check(
        _ database: Database, path: String, creates: Bool, refusesNewer: Bool
    ) throws {
        let owner = try Int.fetchOne(database, sql: "PRAGMA application_id")
        if owner == 0, try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 {
            // An empty file in the place of a ledger knows as little as none.
            guard creates else { throw LedgerError(.absent, path: path) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        } else if owner != applicationID {
            throw LedgerError(.notALedger, path: path)
        }
        if refusesNewer, try migrator.hasBeenSuperseded(database) { throw LedgerError(.newerSchema, path: path) }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: version1)
            try database.execute(
                sql: "INSERT INTO name (id, text) VALUES (?, ?)",
                arguments: [ConsentTable.everything, ConsentChange.everything])
            try database.execute(
                sql: "INSERT INTO ledger (id, created_at) VALUES (?, ?)",
                arguments: [UUID().uuidString, Date().microseconds])
        }
        migrator.registerMigration("2") { database in try database.execute(sql: version2) }
        migrator.registerMigration("3") { database in try database.execute(sql: version3) }
        migrator.registerMigration("4") { database in try database.execute(sql: version4(now: Date().microseconds)) }
        migrator.registerMigration("5") { database in try database.execute(sql: version5) }
        migrator.registerMigration("6") { database in try database.execute(sql: version6) }
        migrator.registerMigration("7") { database in try database.execute(sql: version7) }
        migrator.registerMigration("8") { database in try database.execute(sql: version8) }
        migrator.registerMigration("9") { database in try database.execute(sql: version9) }
        return migrator
    }

    private static let version2 = """
        -- When the file was put back from a copy: what was seen before and does not stand here may have been sent.
        ALTER TABLE ledger ADD COLUMN restored_at INTEGER;

        -- The keys under which recipients were stored, so that one that is dropped too early is missed.
        CREATE TABLE token_key (
            id TEXT PRIMARY KEY,
            fingerprint BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Instants are microseconds since 1970. A recipient is a token, never an address.
    private static let version1 = """
        -- One row: tells a file from another one that was put in its place.
        CREATE TABLE ledger (
            id TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        -- Apps, programs and workers: few words that stand in many rows.
        CREATE TABLE name (
            id INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        ) STRICT;

        -- What was asked for. Ids grow with time, so that what belongs to the same minutes lies together; they are never
        -- given again, because whoever prunes leaves the newest row.
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            app INTEGER NOT NULL,
            message_id TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            program INTEGER,
            class TEXT,
            purpose TEXT,
            channel TEXT,
            request_hash BLOB CHECK (length(request_hash) = 32),
            recipient TEXT
        ) STRICT;
        CREATE UNIQUE INDEX message_key ON message (app, message_id);

        -- What came of it; no row is state 0 with no attempt. Apart from the message, which need not be written again with
        -- every step.
        -- state: 0 held, 1 attempting, 2 accepted, 3 refused, 4 unknown, 5 abandoned, 6 closed; attempt counts the
        -- calls to the provider. status is the highest in rank that was reported, rank its place in the order.
        CREATE TABLE progress (
            message INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            worker INTEGER,
            decision INTEGER,
            rank INTEGER NOT NULL DEFAULT 0,
            status TEXT,
            status_at INTEGER,
            final_at INTEGER,
            error_code INTEGER,
            sid TEXT,
            provider_status TEXT,
            deferral_reason TEXT
        ) STRICT;

        -- Finds a message by the provider's id. Written by the recorder from what the worker published, not by the worker:
        -- the ids are random, so that each dirties a page of its own, which would double what a message costs.
        CREATE TABLE provider_id (
            sid TEXT PRIMARY KEY,
            message INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The records that were stored with attempts and ends. Messages share them.
        CREATE TABLE decision (
            id INTEGER PRIMARY KEY,
            record BLOB NOT NULL
        ) STRICT;

        -- The last word that counts; epoch grows with every change.
        CREATE TABLE consent (
            recipient TEXT NOT NULL,
            program INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('granted', 'revoked')),
            epoch INTEGER NOT NULL,
            at INTEGER NOT NULL,
            evidence TEXT NOT NULL,
            keyword TEXT,
            PRIMARY KEY (recipient, program)
        ) STRICT, WITHOUT ROWID;

        -- The provider's ids that were applied, each once.
        CREATE TABLE evidence (
            sid TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Up to when each bridge's opt-outs are recorded. One that has left stays for a while, so that a tick of its
        -- that comes again does not bring it back.
        CREATE TABLE bridge (
            id TEXT PRIMARY KEY,
            at INTEGER NOT NULL,
            has_left INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The last message to a person within a program: what a reply answers.
        CREATE TABLE conversation (
            recipient TEXT NOT NULL,
            program INTEGER NOT NULL,
            id TEXT NOT NULL,
            app TEXT NOT NULL,
            message_id TEXT NOT NULL,
            metadata TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (recipient, program)
        ) STRICT, WITHOUT ROWID;
        """
}
