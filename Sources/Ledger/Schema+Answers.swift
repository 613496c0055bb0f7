extension Schema {
    static let version8 = """
        -- The provider's ids that workers were answered and no recorder has seen: few, and looked through by whoever looks
        -- for a lost call. Ids of the provider come in no order, and to write them into provider_id with the answer
        -- would write a page for each; here they lie behind one another.
        CREATE TABLE answered (
            message INTEGER NOT NULL,
            sid TEXT NOT NULL,
            PRIMARY KEY (message, sid)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER answered_pruned AFTER DELETE ON message BEGIN
            DELETE FROM answered WHERE message = OLD.id;
        END;
        """
}
