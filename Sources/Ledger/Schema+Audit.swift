extension Schema {
    static let version7 = """
        -- What operators did. Each entry's digest covers the one before; nothing is ever changed or removed.
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            record BLOB NOT NULL,
            digest BLOB NOT NULL,
            key_id TEXT NOT NULL,
            seal BLOB NOT NULL
        ) STRICT;

        -- How often words were erased. The words that follow begin with an epoch that none had before.
        ALTER TABLE ledger ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0;
        """
}
