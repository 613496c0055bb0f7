extension PostgresSchema {
    static let lookUpTables = """
        -- What the provider has taken and has told no final status of. Rows leave with the final status, so that there are
        -- few, and who is due is found at the beginning of an index. origin is what events say of the message, as JSON.
        CREATE TABLE awaited (
            message bigint PRIMARY KEY,
            account text COLLATE "C" NOT NULL,
            due bigint NOT NULL,
            accepted_at bigint NOT NULL,
            looks bigint NOT NULL,
            sid text COLLATE "C" NOT NULL,
            origin text NOT NULL
        );
        CREATE INDEX awaited_due ON awaited (account, due);

        -- The provider's ids of messages from people that have become events.
        CREATE TABLE inbound_seen (
            sid text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL
        );
        CREATE INDEX inbound_seen_at ON inbound_seen (at);

        -- Up to when each account's messages from people were compared with the provider's list.
        CREATE TABLE inbound_listing (
            account text COLLATE "C" PRIMARY KEY,
            complete_to bigint NOT NULL,
            leased_until bigint NOT NULL
        );
        """
}
