extension PostgresSchema {
    static let version8 = """
        -- What a database of reassigned numbers answered on each person, one row for a yes and one for another answer: 0 no,
        -- 1 no data, 2 yes, asked at an instant whether the number was disconnected on a day or later.
        CREATE TABLE reassigned (
            recipient text COLLATE "C" NOT NULL,
            is_yes boolean NOT NULL,
            answer bigint NOT NULL,
            consent_at bigint NOT NULL,
            at bigint NOT NULL,
            -- Since when it grows old: a yes does not, and is never pruned.
            ages_from bigint,
            PRIMARY KEY (recipient, is_yes)
        );
        CREATE INDEX reassigned_ages_from ON reassigned (ages_from);

        \(PostgresFunctions.reassigned)
        \(PostgresFunctions.adoptConsent(before: "PERFORM adopt_reassigned(the_recipients);"))
        \(PostgresFunctions.keys)
        \(PostgresFunctions.pruningTraffic)
        """
}
