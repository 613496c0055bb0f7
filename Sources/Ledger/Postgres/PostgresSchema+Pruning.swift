extension PostgresSchema {
    /// What pruning needs. `now` in microseconds since 1970: nothing of before is taken for unused.
    static func version3(now: Int64) -> String {
        """
        -- When it was last claimed, to a day; NULL within a day of first_seen. Whoever is at work on a message has claimed it.
        ALTER TABLE message ADD COLUMN seen_at bigint;

        -- When a message last referred to it, to a day.
        ALTER TABLE decision ADD COLUMN used_at bigint NOT NULL DEFAULT \(now);
        CREATE INDEX decision_used ON decision (used_at);

        -- One row: what the pass of pruning has come to. phase is 0 when none is under way; after_row, after_key and
        -- after_program tell behind which row of the phase's table it goes on.
        CREATE TABLE pruning (
            phase integer NOT NULL DEFAULT 0,
            holder text NOT NULL DEFAULT '',
            stepped_at bigint NOT NULL DEFAULT 0,
            began_at bigint NOT NULL DEFAULT 0,
            finished_before bigint NOT NULL DEFAULT 0,
            after_row bigint NOT NULL DEFAULT 0,
            after_key text COLLATE "C" NOT NULL DEFAULT '',
            after_program text COLLATE "C" NOT NULL DEFAULT '',
            ended_at bigint
        );
        CREATE UNIQUE INDEX pruning_one ON pruning ((true));
        INSERT INTO pruning DEFAULT VALUES;

        -- A fifth of ten million rows, the server's default, is too late to give their room to others.
        ALTER TABLE message SET (autovacuum_vacuum_scale_factor = 0.02);
        ALTER TABLE progress SET (autovacuum_vacuum_scale_factor = 0.02);
        ALTER TABLE provider_id SET (autovacuum_vacuum_scale_factor = 0.02);

        \(PostgresFunctions.claim)
        \(PostgresFunctions.makeProgress)
        \(PostgresFunctions.pruning)
        """
    }
}
