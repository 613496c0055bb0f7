extension Schema {
    static let version7 = """
        -- What operators did. Each entry's digest covers the one before; nothing is ever changed or removed.
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            record BLOB NOT NULL,
            digest BLOB NOT NULL,
            key_id TEXT NOT NULL,
            seal BLOB NOT NULL
        ) STRICT;
        """
}
