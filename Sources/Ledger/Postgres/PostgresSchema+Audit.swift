extension PostgresSchema {
    static let version6 = """
        -- What operators did. Each entry's digest covers the one before; nothing is ever changed or removed.
        CREATE TABLE audit (
            number bigint PRIMARY KEY,
            record bytea NOT NULL,
            digest bytea NOT NULL,
            key_id text COLLATE "C" NOT NULL,
            seal bytea NOT NULL
        );
        """
}
