extension Schema {
    static let version3 = """
        -- What the provider has taken and has told no final status of. Rows leave with the final status, so that there are
        -- few, and who is due is found at the beginning of an index. origin is what events say of the message, as JSON.
        CREATE TABLE awaited (
            message INTEGER PRIMARY KEY,
            account INTEGER NOT NULL,
            due INTEGER NOT NULL,
            accepted_at INTEGER NOT NULL,
            looks INTEGER NOT NULL,
            sid TEXT NOT NULL,
            origin TEXT NOT NULL
        ) STRICT;
        CREATE INDEX awaited_due ON awaited (account, due);

        -- The provider's ids of messages from people that have become events.
        CREATE TABLE inbound_seen (
            sid TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inbound_seen_at ON inbound_seen (at);

        -- Up to when each account's messages from people were compared with the provider's list.
        CREATE TABLE inbound_listing (
            account INTEGER PRIMARY KEY,
            complete_to INTEGER NOT NULL,
            leased_until INTEGER NOT NULL
        ) STRICT;
        """
}
