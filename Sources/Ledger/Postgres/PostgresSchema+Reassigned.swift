extension PostgresSchema {
    static let version8 = """
        -- The last answer of a database of reassigned numbers on each person: 0 no, 1 no data, 2 yes, asked at an instant
        -- whether the number was disconnected since the consent.
        CREATE TABLE reassigned (
            recipient text COLLATE "C" PRIMARY KEY,
            answer bigint NOT NULL,
            consent_at bigint NOT NULL,
            at bigint NOT NULL,
            -- Since when it grows old: a yes does not, and is never pruned.
            ages_from bigint
        );
        CREATE INDEX reassigned_ages_from ON reassigned (ages_from);

        \(PostgresFunctions.pruningTraffic)
        """
}
