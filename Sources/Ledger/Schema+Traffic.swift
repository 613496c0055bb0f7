extension Schema {
    static let version6 = """
        -- What was sent to whom, as far as a cap may count it: a row from the beginning of an attempt, which leaves when
        -- nothing was sent. kind is a bit, as the policy numbers them; until is when no cap looks back on it any more.
        CREATE TABLE sent (
            recipient TEXT NOT NULL,
            at INTEGER NOT NULL,
            message INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            app INTEGER NOT NULL,
            program INTEGER NOT NULL,
            purpose TEXT NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (recipient, at, message)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sent_until ON sent (until);

        -- Messages to numbers that begin alike, by the minute. A prefix is a country code and at most four further digits.
        CREATE TABLE prefix_count (
            prefix TEXT NOT NULL,
            minute INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (prefix, minute)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX prefix_count_minute ON prefix_count (minute);

        -- When a person last wrote to a sender: a number or a messaging service.
        CREATE TABLE last_inbound (
            recipient TEXT NOT NULL,
            program INTEGER NOT NULL,
            channel TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (recipient, program, channel)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX last_inbound_at ON last_inbound (at);

        -- Numbers that the provider called bad, until a message is delivered there.
        CREATE TABLE bad_number (
            recipient TEXT NOT NULL,
            channel TEXT NOT NULL,
            code INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (recipient, channel)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX bad_number_at ON bad_number (at);
        """
}
