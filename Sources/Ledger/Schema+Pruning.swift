extension Schema {
    /// What pruning needs. `now` in microseconds since 1970: nothing of before is taken for unused.
    static func version4(now: Int64) -> String {
        """
        -- When it was last claimed, to a day; NULL within a day of first_seen. Whoever is at work on a message has claimed it.
        ALTER TABLE message ADD COLUMN seen_at INTEGER;

        -- When a message last referred to it, to a day.
        ALTER TABLE decision ADD COLUMN used_at INTEGER NOT NULL DEFAULT \(now);
        CREATE INDEX decision_used ON decision (used_at);

        -- One row: what the pass of pruning has come to. phase is 0 when none is under way; after_row, after_key and
        -- after_program tell behind which row of the phase's table it goes on.
        CREATE TABLE pruning (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            phase INTEGER NOT NULL DEFAULT 0,
            holder TEXT NOT NULL DEFAULT '',
            stepped_at INTEGER NOT NULL DEFAULT 0,
            began_at INTEGER NOT NULL DEFAULT 0,
            finished_before INTEGER NOT NULL DEFAULT 0,
            after_row INTEGER NOT NULL DEFAULT 0,
            after_key TEXT NOT NULL DEFAULT '',
            after_program INTEGER NOT NULL DEFAULT 0,
            ended_at INTEGER
        ) STRICT;
        INSERT INTO pruning (id) VALUES (1);
        """
    }
}
