extension Schema {
    static let version9 = """
        -- The last answer of a database of reassigned numbers on each person: 0 no, 1 no data, 2 yes, asked at an instant
        -- whether the number was disconnected since the consent.
        CREATE TABLE reassigned (
            recipient TEXT NOT NULL PRIMARY KEY,
            answer INTEGER NOT NULL,
            consent_at INTEGER NOT NULL,
            at INTEGER NOT NULL,
            -- Since when it grows old: a yes does not, and is never pruned.
            ages_from INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reassigned_ages_from ON reassigned (ages_from);
        """
}
