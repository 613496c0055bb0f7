import FoundationEssentials
import Messaging
import Postgres

/// What stands in the database, and how older ones become newer.
///
/// The tables are those of the SQLite ledger, but for the words: they stand where they are used, because numbers for them
/// would be one more row that transactions wait for each other on. Keys compare by their bytes (COLLATE "C"), so that an
/// upgrade of the system's languages damages no index. Instants are microseconds since 1970. A recipient is a token, never
/// an address.
enum PostgresSchema {
    /// What this program writes.
    static let version: Int64 = 8

    /// `gen_random_uuid()` came with 13.
    static let oldestServer = 130_000

    /// Sets how a connection speaks. Locks and statements end before the driver gives the connection up, and a transaction
    /// whose client is gone before the locks that others wait for do. Plans are made once: every statement looks for a few
    /// rows by an index, and the server would plan those that take an array anew each time, which costs more than they do.
    static func settings(_ schema: String) -> PostgresQuery {
        PostgresQuery(
            PostgresStatement(
                """
                SELECT set_config('search_path', quote_ident($1), false), set_config('lock_timeout', '4s', false),
                    set_config('statement_timeout', '8s', false),
                    set_config('idle_in_transaction_session_timeout', '4s', false),
                    set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                        WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
                    current_setting('server_encoding'), set_config('plan_cache_mode', 'force_generic_plan', false)
                """, [.text]), [.text(schema)])
    }

    /// Migrates, and creates where it may, one process at a time. What stands in another program's schema is left alone.
    ///
    /// - Parameter version: what it becomes at least; an older one than ``version`` only to try what old ledgers become.
    static func migration(
        _ schema: String, creates: Bool, version: Int64 = Self.version, now: Int64 = Date().microseconds
    ) -> PostgresQuery {
        let name = "\"" + schema.replacing("\"", with: "\"\"") + "\""
        let text = "'" + schema.replacing("'", with: "''") + "'"
        return PostgresQuery(
            PostgresStatement(
                """
                DO $migration$
                DECLARE
                    present integer;
                BEGIN
                    -- "swbd": others wait here until this one is done.
                    PERFORM pg_advisory_xact_lock(\(0x7377_6264), hashtext(\(text)));
                    IF NOT \(creates) AND to_regclass(quote_ident(\(text)) || '.ledger') IS NULL AND NOT EXISTS (
                        SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(\(text)))
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = '\(absent)', MESSAGE = 'there is no ledger';
                    END IF;
                    IF to_regnamespace(quote_ident(\(text))) IS NULL THEN
                        CREATE SCHEMA \(name);
                    END IF;
                    IF to_regclass(quote_ident(\(text)) || '.ledger') IS NULL THEN
                        IF EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(\(text)))) THEN
                            RAISE EXCEPTION USING ERRCODE = '\(notALedger)', MESSAGE = 'the schema is not a ledger''s';
                        END IF;
                        CREATE TABLE ledger (
                            id text NOT NULL,
                            version integer NOT NULL,
                            created_at bigint NOT NULL,
                            -- When it was put back from a copy: what was seen before and does not stand here may have
                            -- been sent.
                            restored_at bigint
                        );
                        -- One row: tells a database from another one that was put in its place.
                        CREATE UNIQUE INDEX ledger_one ON ledger ((true));
                        INSERT INTO ledger (id, version, created_at) VALUES ('\(UUID().uuidString)', 0, \(now));
                    END IF;
                    SELECT version INTO present FROM ledger;
                    IF present < 1 THEN
                        \(tables)
                        \(PostgresFunctions.version1)
                        UPDATE ledger SET version = 1;
                    END IF;
                    IF present < 2 AND \(version) >= 2 THEN
                        \(lookUpTables)
                        \(PostgresFunctions.version2)
                        UPDATE ledger SET version = 2;
                    END IF;
                    IF present < 3 AND \(version) >= 3 THEN
                        \(version3(now: now))
                        UPDATE ledger SET version = 3;
                    END IF;
                    IF present < 4 AND \(version) >= 4 THEN
                        \(version4)
                        UPDATE ledger SET version = 4;
                    END IF;
                    IF present < 5 AND \(version) >= 5 THEN
                        \(version5)
                        UPDATE ledger SET version = 5;
                    END IF;
                    IF present < 6 AND \(version) >= 6 THEN
                        \(version6)
                        UPDATE ledger SET version = 6;
                    END IF;
                    IF present < 7 AND \(version) >= 7 THEN
                        \(PostgresFunctions.accept)
                        \(PostgresFunctions.record)
                        \(PostgresFunctions.reading)
                        UPDATE ledger SET version = 7;
                    END IF;
                    IF present < 8 AND \(version) >= 8 THEN
                        \(version8)
                        UPDATE ledger SET version = 8;
                    END IF;
                END
                $migration$
                """))
    }

    /// The SQLSTATE with which the migration refuses: of the classes that are left to users.
    static let notALedger = "SB001"

    /// The SQLSTATE with which a batch is refused that was meant for another ledger.
    static let replaced = "SB002"

    /// The SQLSTATE with which the migration refuses to make a ledger where none may be made.
    static let absent = "SB003"

    /// Goes before a batch's calls: a schema that was dropped and made anew would otherwise take them.
    static func confirmation(_ ledgerID: String) -> PostgresQuery {
        PostgresQuery(PostgresStatement("SELECT confirm_ledger($1)", [.text]), [.text(ledgerID)])
    }

    static let identity = PostgresQuery(PostgresStatement("SELECT id, version FROM ledger"))

    private static let tables = """
        -- What was asked for. Ids grow with time, so that what belongs to the same minutes lies together.
        CREATE TABLE message (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            app text COLLATE "C" NOT NULL,
            message_id text COLLATE "C" NOT NULL,
            first_seen bigint NOT NULL,
            program text COLLATE "C",
            class text,
            purpose text,
            channel text,
            request_hash bytea CHECK (length(request_hash) = 32),
            recipient text COLLATE "C"
        );
        CREATE UNIQUE INDEX message_key ON message (app, message_id);

        -- What came of it; no row is state 0 with no attempt. Apart from the message, which need not be written again
        -- with every step, and with room in each page, so that a step touches no index.
        -- state: 0 held, 1 attempting, 2 accepted, 3 refused, 4 unknown, 5 abandoned, 6 closed; attempt counts the calls
        -- to the provider. status is the highest in rank that was reported, rank its place in the order.
        CREATE TABLE progress (
            message bigint PRIMARY KEY,
            state smallint NOT NULL,
            attempt bigint NOT NULL,
            changed_at bigint NOT NULL,
            worker text COLLATE "C",
            decision bytea,
            rank integer NOT NULL DEFAULT 0,
            status text,
            status_at bigint,
            final_at bigint,
            error_code bigint,
            sid text COLLATE "C",
            provider_status text,
            deferral_reason text
        ) WITH (fillfactor = 60);

        -- Finds a message by the provider's id.
        CREATE TABLE provider_id (
            sid text COLLATE "C" PRIMARY KEY,
            message bigint NOT NULL
        );

        -- The records that were stored with attempts and ends, by the beginning of their SHA-256. Messages share them.
        CREATE TABLE decision (
            id bytea PRIMARY KEY,
            record bytea NOT NULL
        );

        -- The last word that counts; epoch grows with every change.
        CREATE TABLE consent (
            recipient text COLLATE "C" NOT NULL,
            program text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('granted', 'revoked')),
            epoch bigint NOT NULL,
            at bigint NOT NULL,
            evidence text NOT NULL,
            keyword text,
            PRIMARY KEY (recipient, program)
        );

        -- The provider's ids that were applied, each once.
        CREATE TABLE evidence (
            sid text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL
        );

        -- Up to when each bridge's opt-outs are recorded. One that has left stays for a while, so that a tick of its that
        -- comes again does not bring it back.
        CREATE TABLE bridge (
            id text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL,
            has_left boolean NOT NULL
        );

        -- The keys under which recipients were stored, so that one that is dropped too early is missed.
        CREATE TABLE token_key (
            id text COLLATE "C" PRIMARY KEY,
            fingerprint bytea NOT NULL
        );

        -- The last message to a person within a program: what a reply answers.
        CREATE TABLE conversation (
            recipient text COLLATE "C" NOT NULL,
            program text COLLATE "C" NOT NULL,
            id text NOT NULL,
            app text NOT NULL,
            message_id text NOT NULL,
            metadata text NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (recipient, program)
        );

        -- A message with what came of it.
        CREATE VIEW standing AS
        SELECT m.id, coalesce(p.state, 0::smallint) AS state, coalesce(p.attempt, 0) AS attempt, m.first_seen,
            coalesce(p.changed_at, m.first_seen) AS changed_at, p.worker, p.status, p.error_code, p.sid,
            p.provider_status, p.deferral_reason, p.decision
        FROM message m LEFT JOIN progress p ON p.message = m.id;
        """
}
