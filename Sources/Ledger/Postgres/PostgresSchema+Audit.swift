extension PostgresSchema {
    static let version6 = """
        -- What operators did. Each entry's digest covers the one before; nothing is ever changed or removed.
        CREATE TABLE audit (
            number bigint PRIMARY KEY CHECK (number > 0),
            record bytea NOT NULL,
            digest bytea NOT NULL,
            key_id text COLLATE "C" NOT NULL,
            seal bytea NOT NULL
        );

        -- How often words were erased. The words that follow begin with an epoch that none had before.
        ALTER TABLE ledger ADD COLUMN erasures bigint NOT NULL DEFAULT 0;

        \(PostgresFunctions.applyConsent(firstEpoch: "first_epoch"))
        \(PostgresFunctions.claim)
        """
}
