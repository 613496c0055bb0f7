extension PostgresSchema {
    static let version5 = """
        -- What was sent to whom, as far as a cap may count it: a row from the beginning of an attempt, which leaves when
        -- nothing was sent. kind is a bit, as the policy numbers them; until is when no cap looks back on it any more.
        CREATE TABLE sent (
            recipient text COLLATE "C" NOT NULL,
            at bigint NOT NULL,
            message bigint NOT NULL,
            kind integer NOT NULL,
            app text COLLATE "C" NOT NULL,
            program text COLLATE "C" NOT NULL,
            purpose text COLLATE "C" NOT NULL,
            until bigint NOT NULL,
            PRIMARY KEY (recipient, at, message)
        ) WITH (autovacuum_vacuum_scale_factor = 0.02);
        CREATE INDEX sent_until ON sent (until);

        -- Messages to numbers that begin alike, by the minute. A prefix is a country code and at most four further digits.
        -- Many transactions count for the same prefix: each takes a row that nobody holds, or makes one.
        CREATE TABLE prefix_count (
            prefix text COLLATE "C" NOT NULL,
            minute bigint NOT NULL,
            id bigint GENERATED ALWAYS AS IDENTITY,
            count bigint NOT NULL,
            PRIMARY KEY (prefix, minute, id)
        ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
        CREATE INDEX prefix_count_minute ON prefix_count (minute);

        -- When a person last wrote to a sender: a number or a messaging service.
        CREATE TABLE last_inbound (
            recipient text COLLATE "C" NOT NULL,
            program text COLLATE "C" NOT NULL,
            channel text COLLATE "C" NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (recipient, program, channel)
        );
        CREATE INDEX last_inbound_at ON last_inbound (at);

        -- Numbers that the provider called bad, until a message is delivered there.
        CREATE TABLE bad_number (
            recipient text COLLATE "C" NOT NULL,
            channel text COLLATE "C" NOT NULL,
            code bigint NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (recipient, channel)
        );
        CREATE INDEX bad_number_at ON bad_number (at);

        \(PostgresFunctions.traffic)
        """
}
