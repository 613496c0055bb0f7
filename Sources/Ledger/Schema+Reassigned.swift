extension Schema {
    static let version9 = """
        -- What a database of reassigned numbers answered on each person, one row for a yes and one for another answer: 0 no,
        -- 1 no data, 2 yes, asked at an instant whether the number was disconnected on a day or later.
        CREATE TABLE reassigned (
            recipient TEXT NOT NULL,
            is_yes INTEGER NOT NULL,
            answer INTEGER NOT NULL,
            consent_at INTEGER NOT NULL,
            at INTEGER NOT NULL,
            -- Since when it grows old: a yes does not, and is never pruned.
            ages_from INTEGER,
            PRIMARY KEY (recipient, is_yes)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reassigned_ages_from ON reassigned (ages_from);
        """
}
